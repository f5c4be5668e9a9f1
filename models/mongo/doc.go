// Package mongo is models.Store on MongoDB: several programs on one database, which is a
// replica set (of one member at least) or a sharded cluster. What belongs together is one
// multi-document transaction. The engine has the machinery; here a file is a feature, as
// in package sqlite, and a document mostly is a type of models as that is.
//
// A write is a function on a transaction (put and change, in store.go): it looks at
// documents, decides, and puts them as they are to be. What a consultation's documents
// say of each other (tallies, voices, counters, places in the queue, the chain's length
// and head, words to search, jobs) is exact when it commits; nothing is left to be done
// later.
//
// All that changes a consultation, or what its rules are asked about, goes through that
// consultation's queue, whose transactions collide with those of other nodes on their
// first statement. So a vote, a pause, a seal and a decision happen one after another,
// whichever nodes they come from. What concerns no consultation has a queue of its own,
// and collides on what it changes: the document in addresses that names an address's
// account, the one in reservations that names the consultation of a slug or of an
// import's source, the end of the audit log (all acts of staff, such as changes of
// roles), and the one in mailboxes that all touch who send something to an address. A new
// role also takes votes back: that write enters the consultations of those votes as if it
// were in their queues.
//
// Files of a sealed version are kept before the seal, under a name that the seal's
// document says; an import of more than some thousand texts comes in before its
// consultation, without which nobody sees it; a copy adds records that may be there. Each
// may be done any number of times, and what comes to nothing stands for nothing.
//
// Reads are the primary's and acknowledged by a majority, each at its own moment, but for
// EachVote, which reads one. What most requests ask for is read once for all that wait for
// it (engine.Flights): one that comes while it is being read waits for the next read, so
// that whoever was told that a write is done sees it. A change stream would spare the
// read, but tells of a change some time after its writer was told.
//
// Times are the database's: a transaction's is that of its first statement, so that no
// vote is kept after the closing time, and all nodes close at one instant.
//
// The shard key of the collections that grow is {c: 1, _id: 1}, c being the
// consultation. Each of them has an index that begins with it, and every write to them
// names both; plans_test.go reads every command for that, and for the index that answers it.
package mongo
