package ui

// FieldDiff is what became of one text.
type FieldDiff struct {
	Name  string // a key of the catalogue: "field.question"
	Parts []DiffPart
}

// DiffPart is a sequence of words that were kept, removed or added together.
type DiffPart struct {
	Op   string // "same", "removed" or "added"
	Text string
}
