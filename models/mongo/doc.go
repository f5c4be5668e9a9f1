// Package mongo is models.Store on MongoDB: several programs on one database. It
// needs nothing but single-document commands that are atomic, so that it is right on
// a replica set, on a sharded cluster and on a compatible server.
//
// # How a write that touches several documents is one act
//
// Every write inside a consultation first writes an entry into the consultation's
// document (register.go): which operation, what it is about, what it holds alone,
// and the messages it causes. In the same command the database checks that nothing
// stands against it: an entry that holds the same item, an entry that numbers or
// chains, a seal. Then one command does the act itself: a reply, a vote or a decision
// is inserted, a text is replaced under the fence of its version. Everything that
// follows from the act (tallies, counters, places in the queue, words to search,
// jobs) is done by a function that may be run any number of times, by anybody, and
// ends with one command that takes the entry out and moves the counters by it. That
// command asks for the entry, so it does its work once however often it is sent.
//
//	register  {_id: consultation, nothing against it} push entry
//	act       one document, inserted or replaced under a fence, naming the operation
//	follow    as often as need be
//	complete  {_id: consultation, entry is there} pull entry, inc counters
//
// A program that dies leaves its entry. The sweep (sweep.go) looks whether the act is
// there: if it is, the sweep follows and completes; if not, it waits until no command
// of the dead program can arrive any more and takes the entry out. So nothing that was
// acknowledged is lost, and what was not is done as a whole or not at all.
//
// Sealing is an entry too: it enters only while there is no other, and while it is
// there none other enters. A vote moves VoteSeq, and a decision ChainLength, when it
// completes, so a fence that was read before the votes were read holds only if nothing
// has landed since.
//
// # Decisions
//
// A decision holds its items and the chain: one at a time in a consultation. It reads
// the items, refuses if one changed, and inserts itself under (consultation, sequence)
// with all that it will do to each item; that is the act. Its items follow, each
// fenced by the version that was read, then the jobs, and last the chain's length and
// head. Readers see the chain up to that length. An edit holds its item as well, so no
// text changes between the moderator's look and the decision.
//
// # Votes
//
// A vote's _id is its idea and participant. It is inserted or replaced under its own
// version; the entry before it stays inside. Tallies are counted by ticket (ticket.go).
// Times are the database's (clock.go), carried on for at most a second. A vote begins from
// the consultation as this program last saw it (sightings.go), which the register's
// command holds against the revision: so the rules cost no command of their own.
//
// # Links
//
// Using a link is one command on the link's document, which keeps all that the use
// stands for: the new account's id, the session, the time. The rest follows from that
// document, also when the program dies and the sweep goes on. A ballot has an entry in
// its consultation, so that nothing is sealed over votes that are on their way.
//
// # New consultations
//
// A slug, and the source of an import, are reserved by documents that say who is
// coming. Ideas, replies and the decision are inserted, then the consultation itself,
// which is the act. If it never comes, the sweep takes out what came before it.
//
// # Sharding
//
// The shard key of the collections that grow is {c: 1, _id: 1}, c being the
// consultation. Each of them has an index that begins with it, and every write to them
// names both. Nothing is an upsert. plans_test.go reads every command for that, and for
// the index that answers it.
package mongo
