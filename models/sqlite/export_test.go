package sqlite

// RunTwice makes the store run every write function twice, as happens to those that
// come with one that fails half-way. It is called before the first write.
func RunTwice(s *Store) *Store {
	s.writer.twice = true
	return s
}
