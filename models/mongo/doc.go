// Package mongo is models.Store on MongoDB: several programs on one database, which is a
// replica set (of one member at least) or a sharded cluster. What belongs together is one
// multi-document transaction. The engine has the machinery; here a file is a feature, as
// in package sqlite.
//
// # A write
//
// A use case is a function on a transaction (put, in store.go). It looks at documents,
// decides, and puts them as they are to be. What a consultation's documents say of each
// other is exact when the transaction commits: tallies, voices, counters, the places in
// the queue, the chain's length and head, the words to search and the jobs. Nothing is
// left to be done later.
//
// All that changes a consultation, or what its rules are asked about, goes through that
// consultation's queue, whose transactions collide with those of other nodes on their
// first statement. So a vote, a pause, a seal and a decision happen one after another,
// whichever nodes they come from. What concerns no consultation (accounts, sessions,
// links to sign in, jobs, limits) has a queue of its own, and collides on what it changes:
//
//   - an address belongs to the account that its document in addresses names;
//   - a slug, or the source of an import, to the consultation that its document in
//     reservations names;
//   - all changes of roles change one document, which counts admins and numbers moderators;
//   - messages to an unconfirmed address, and links to sign in, change the address's
//     document in mailboxes, which says when the next one may go out.
//
// A new role also takes votes back: that write enters the consultations of those votes as
// if it were in their queues.
//
// # Outside transactions
//
// Files of a sealed version are kept before the seal, under a name that the seal's
// document says; an import of more than some thousand texts comes in before its
// consultation, without which nobody sees it; a copy adds records that may be there. Each
// may be done any number of times, and what comes to nothing stands for nothing.
//
// # Reads
//
// Reads are the primary's and acknowledged by a majority, each at its own moment, but for
// EachVote, which reads one. What a kept page is compared with, the page version,
// is read once for all requests that wait for it: a request that comes while it is being
// read waits for the next read, so that whoever was told that a write is done sees it. So
// are consultations, and documents that are asked for by their ids are read together. A
// change stream would spare the read, but tells of a change some time after its writer was
// told, and on another node perhaps after that writer's next request.
//
// # Times
//
// Times are the database's: a transaction's is that of its first statement, so that no
// vote is kept after the closing time, and all nodes close at one instant.
//
// # Sharding
//
// The shard key of the collections that grow is {c: 1, _id: 1}, c being the
// consultation. Each of them has an index that begins with it, and every write to them
// names both. plans_test.go reads every command for that, and for the index that answers
// it.
package mongo
