// Package engine is what the MongoDB store's features stand on: the client, transactions
// that are committed in groups, the database's clock, the form of stored values, shared
// reads and migrations. It knows no feature.
//
// A write is a function on a Tx. The writes of a node that concern one consultation go
// through one commit queue, those that concern none through another: what gathers while
// one group is committed is the next group, and a group is one multi-document
// transaction. Its first statement, the fence, moves a field of the consultation that
// nothing else uses, so that two nodes that write in one consultation collide at once
// and only once a group; the loser begins again. What is counted is thereby exact, and
// what one write has read no other has changed when it commits.
package engine
