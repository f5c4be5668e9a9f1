package sqlite

// RunTwice returns o for a store that runs every write function twice, as happens to
// those that share a transaction with one that fails half-way.
func RunTwice(o Options) Options {
	o.tests.RunTwice = true
	return o
}
