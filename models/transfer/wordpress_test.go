package transfer_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/models/sqlite"
	"folkmoot/models/sqlite/sqlitetest"
	"folkmoot/models/transfer"
)

func newService(t *testing.T) (*service.Service, models.Store) {
	t.Helper()
	clock := models.SystemClock{}
	store := sqlitetest.Open(t, filepath.Join(t.TempDir(), "import.db"), sqlite.Options{Clock: clock})
	svc, err := service.New(t.Context(), store, clock, models.NewMemoryLimiter(clock), service.Config{BaseURL: "http://moot.example"})
	if err != nil {
		t.Fatal(err)
	}
	return svc, store
}

// take imports a file of testdata.
func take(t *testing.T, svc *service.Service, file string, o transfer.WordPressOptions) (transfer.WordPressReport, error) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	read, err := transfer.ReadWordPress(f, o)
	if err != nil {
		return transfer.WordPressReport{}, err
	}
	return read.Add(t.Context(), svc)
}

const blog = "testdata/blog.xml"

func TestWordPressReport(t *testing.T) {
	svc, _ := newService(t)
	report, err := take(t, svc, blog, transfer.WordPressOptions{IdeasFromList: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []transfer.WordPressPost{
		{Title: "What shall we do with the café?", Slug: "cafe-strasse", Added: true, Ideas: 3, Replies: 4, Pending: 1, Orphans: 1, Empty: 1},
		{Title: "Новости", Slug: "post-8", Added: true},
		{Title: "New", Slug: "post-new", Added: true},
	}
	if d := cmp.Diff(want, report.Posts); d != "" {
		t.Error(d)
	}
	if c := report.Counts; c.Pages != 1 || c.Drafts != 1 || c.Pingbacks != 1 || c.Spam != 1 {
		t.Errorf("counts: %+v", c)
	}
	again, err := take(t, svc, blog, transfer.WordPressOptions{IdeasFromList: true})
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		want[i].Added = false
	}
	if d := cmp.Diff(want, again.Posts); d != "" {
		t.Error("the second time: " + d)
	}
}

// TestWordPressContent looks at what stands in the store afterwards.
func TestWordPressContent(t *testing.T) {
	svc, store := newService(t)
	if _, err := take(t, svc, blog, transfer.WordPressOptions{Post: "7", Slug: "cafe", IdeasFromList: true}); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	c, err := store.ConsultationBySlug(ctx, "cafe")
	if err != nil {
		t.Fatal(err)
	}
	if text := c.Text(c.Language); c.State != models.StateDraft || c.Language != "en-GB" || text.Question != "What else should we think of?" {
		t.Errorf("consultation: %+v", c)
	}
	ideas, err := store.Ideas(ctx, models.IdeaFilter{ConsultationID: c.ID})
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, i := range ideas {
		titles = append(titles, fmt.Sprint(i.Number, " ", i.Title))
	}
	if want := []string{"1 Buy it together", "2 Let it go", "3 Turn it into a library"}; !slices.Equal(titles, want) {
		t.Errorf("ideas %q, want %q", titles, want)
	}
	want := []string{
		"1 Ann: Buy it. My grandmother washed up there.", "2 Ömer & Söhne: With what money,\nAnn?", "1 Lost: As I said to you above. (orphan)",
	}
	if got := shown(t, store, c.ID); !slices.Equal(got, want) {
		t.Errorf("replies %q, want %q", got, want)
	}
	if n, err := store.QueueLength(ctx, models.QueueFilter{}); err != nil || n != 1 {
		t.Errorf("%d wait in the queue, %v; want 1", n, err)
	}
}

func shown(t *testing.T, store service.Store, consultationID string) (lines []string) {
	t.Helper()
	err := store.EachReply(t.Context(), consultationID, func(r models.Reply) error {
		line := fmt.Sprintf("%d %s: %s", r.Depth, r.AuthorName, r.Body)
		if r.Orphan {
			line += " (orphan)"
		}
		if r.Source != "wordpress" || r.CreatedAt.Year() != 2013 || r.Address != "" || r.ParticipantID != "" {
			t.Errorf("reply: %+v", r)
		}
		lines = append(lines, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// TestWordPressKeepsNoAddress looks for what must not be taken over in the
// store's files as they lie on disk.
func TestWordPressKeepsNoAddress(t *testing.T) {
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "a.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	clock := models.SystemClock{}
	svc, err := service.New(t.Context(), store, clock, models.NewMemoryLimiter(clock), service.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := take(t, svc, blog, transfer.WordPressOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "a.db"))
	if err != nil || !strings.Contains(string(b), "grandmother") {
		t.Fatalf("the text is not in the file: %v", err)
	}
	for _, secret := range []string{"secret.example", "203.0.113.9"} {
		if strings.Contains(string(b), secret) {
			t.Errorf("%s is in the store", secret)
		}
	}
}

func TestWordPressRefuses(t *testing.T) {
	whole, err := os.ReadFile(blog)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		in   string
		o    transfer.WordPressOptions
		key  string
		line int
	}{
		"cut off":          {in: string(whole[:len(whole)-10]), key: "import.malformed", line: 40},
		"not wordpress":    {in: "<html/>", key: "import.not_wordpress"},
		"no such post":     {in: string(whole), o: transfer.WordPressOptions{Post: "99"}, key: "import.no_post"},
		"slug for many":    {in: string(whole), o: transfer.WordPressOptions{Slug: "x"}, key: "import.one_post"},
		"slug out of form": {in: string(whole), o: transfer.WordPressOptions{Post: "7", Slug: "A b"}, key: "import.slug"},
		"empty": {
			in:  `<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/"><channel><wp:wxr_version>1.2</wp:wxr_version></channel></rss>`,
			key: "import.no_posts",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := transfer.ReadWordPress(strings.NewReader(c.in), c.o)
			e, ok := errors.AsType[*models.Error](err)
			if !ok || e.Key != c.key || (c.line > 0 && e.Args["line"] != c.line) {
				t.Errorf("%v, want %s at line %d", err, c.key, c.line)
			}
			if posts := fmt.Sprint(e.Args["posts"]); c.key == "import.one_post" && !strings.Contains(posts, "  7  What shall we do with the café?") {
				t.Errorf("the posts to choose from: %q", posts)
			}
		})
	}
}

// TestWordPressSlugTaken returns a post a number where its own slug is taken, and
// refuses a slug that was asked for.
func TestWordPressSlugTaken(t *testing.T) {
	svc, _ := newService(t)
	if _, err := take(t, svc, blog, transfer.WordPressOptions{Post: "8", Slug: "cafe-strasse"}); err != nil {
		t.Fatal(err)
	}
	_, err := take(t, svc, blog, transfer.WordPressOptions{Post: "7", Slug: "cafe-strasse"})
	if models.CodeOf(err) != models.CodeConflict {
		t.Errorf("%v, want a conflict", err)
	}
	report, err := take(t, svc, blog, transfer.WordPressOptions{Post: "7"})
	if err != nil || report.Posts[0].Slug != "cafe-strasse-2" {
		t.Errorf("%+v, %v", report.Posts, err)
	}
}

// TestWordPressRealFiles takes in every real export, by the rules of the issue.
func TestWordPressRealFiles(t *testing.T) {
	data := os.Getenv("FOLKMOOT_DATA")
	if data == "" {
		t.Skip("FOLKMOOT_DATA is not set: the real exports are not here")
	}
	for _, c := range []struct {
		file                                             string
		ideas                                            bool
		posts, ideaCount, replies, pending, orphans, max int
	}{
		{"alternative-lep.xml", true, 1, 5, 2, 0, 1, 1},
		{"small-export.xml", false, 5, 0, 1, 0, 0, 1},
		{"isso/wordpress.xml", false, 3, 0, 8, 0, 0, 3},
		{"remark42/wordpress_xmlTestWP.xml", false, 1, 0, 3, 1, 1, 1},
	} {
		t.Run(c.file, func(t *testing.T) {
			svc, store := newService(t)
			report, err := take(t, svc, filepath.Join(data, "import", c.file), transfer.WordPressOptions{IdeasFromList: c.ideas})
			if err != nil {
				t.Fatal(err)
			}
			var ideas, replies, pending, orphans int
			for _, p := range report.Posts {
				ideas, replies, pending, orphans = ideas+p.Ideas, replies+p.Replies, pending+p.Pending, orphans+p.Orphans
			}
			got := []int{len(report.Posts), ideas, replies, pending, orphans}
			if want := []int{c.posts, c.ideaCount, c.replies, c.pending, c.orphans}; !slices.Equal(got, want) {
				t.Errorf("posts, ideas, replies, pending, orphans %v, want %v", got, want)
			}
			checkStored(t, store, c.replies-c.pending, c.pending, c.max)
		})
	}
}

// checkStored counts what is published and what waits, and measures the depth.
func checkStored(t *testing.T, store service.Store, published, pending, depth int) {
	t.Helper()
	list, _, err := store.Consultations(t.Context(), models.ConsultationFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	n, deepest := 0, 0
	for _, c := range list {
		err := store.EachReply(t.Context(), c.ID, func(r models.Reply) error {
			n, deepest = n+1, max(deepest, r.Depth)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	waiting, err := store.QueueLength(t.Context(), models.QueueFilter{})
	if err != nil || n != published || int(waiting) != pending || deepest != depth {
		t.Errorf("%d published, %d waiting, %d deep, %v; want %d, %d, %d", n, waiting, deepest, err, published, pending, depth)
	}
}
