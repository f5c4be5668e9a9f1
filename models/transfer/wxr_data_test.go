package transfer

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// importFolder is the folder of real exports; without it the test skips.
func importFolder(t *testing.T) string {
	t.Helper()
	data := os.Getenv("FOLKMOOT_DATA")
	if data == "" {
		t.Skip("FOLKMOOT_DATA is not set: the real exports are not here")
	}
	return filepath.Join(data, "import")
}

func parseReal(t *testing.T, name string) *Blog {
	t.Helper()
	file, err := os.Open(filepath.Join(importFolder(t), name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	blog, err := ParseWXR(file)
	if err != nil {
		t.Fatal(err)
	}
	return blog
}

// expected reads what EXPECTED.json says of a file into target.
func expected(t *testing.T, name string, target any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(importFolder(t), "EXPECTED.json"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(all[name], target); err != nil {
		t.Fatal(err)
	}
}

func TestRealAlternativeLEP(t *testing.T) {
	blog := parseReal(t, "alternative-lep.xml")
	var want struct {
		Posts, Comments int
		ListItems       int `json:"list_items"`
		Orphans         []int
	}
	expected(t, "alternative-lep.xml", &want)
	post := blog.Posts[0]
	items, ok := ListItems(post.Body)
	if len(blog.Posts) != want.Posts || len(post.Comments) != want.Comments || len(items) != want.ListItems || !ok {
		t.Errorf("%+v, items %q", blog.Counts, items)
	}
	if got := outline(post); got != "2! 3" || blog.Counts.Orphans != len(want.Orphans) {
		t.Errorf("comments %s, %+v", got, blog.Counts)
	}
	if !strings.HasPrefix(items[0], "Programmes to promote local supply chains") || !strings.HasSuffix(items[2], "into the workplace.") {
		t.Errorf("items %q", items)
	}
	if post.Author != "Mike" || post.Slug != "the-alternative-lep-and-micro-enterprise" || post.Date.Year() != 2011 || blog.Language != "en-GB" {
		t.Errorf("post %+v", post)
	}
	if !strings.Contains(post.Comments[0].Body, "(look at Detroit – oh, hang on)") {
		t.Errorf("comment %q", post.Comments[0].Body)
	}
}

func TestRealSmallExport(t *testing.T) {
	blog := parseReal(t, "small-export.xml")
	var want struct{ Items, Posts, Pages, Comments int }
	expected(t, "small-export.xml", &want)
	got := blog.Counts
	// EXPECTED counts the private post among the posts.
	if got.Items != want.Items || got.Posts+got.Private != want.Posts || got.Pages != want.Pages || got.Comments != want.Comments {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got.Private != 1 || blog.Posts[0].Comments[0].Author != "Mr WordPress" {
		t.Errorf("%+v", got)
	}
}

func TestRealIsso(t *testing.T) {
	blog := parseReal(t, "isso/wordpress.xml")
	var want struct {
		Threads, Comments, Roots int
		MaxDepth                 int `json:"max_depth"`
	}
	expected(t, "isso/wordpress.xml", &want)
	threads, roots, deepest := 0, 0, 0
	for _, post := range blog.Posts {
		if len(post.Comments) > 0 {
			threads++
		}
		depth := map[string]int{}
		for _, c := range post.Comments {
			depth[c.ID] = depth[c.Parent] + 1
			deepest = max(deepest, depth[c.ID])
			if c.Parent == "" {
				roots++
			}
		}
	}
	if threads != want.Threads || blog.Counts.Comments != want.Comments || roots != want.Roots || deepest != want.MaxDepth {
		t.Errorf("threads %d, roots %d, depth %d, %+v", threads, roots, deepest, blog.Counts)
	}
	first := blog.Posts[0]
	if got := outline(first); got != "2 6 7<6 8<7 9<7 10 11" || first.Comments[0].Body != "Erster!1" || first.Title != "Hello, World…" {
		t.Errorf("comments %s of %+v", got, first)
	}
	if second := blog.Posts[1]; !strings.HasPrefix(second.ID, "link-") || outline(second) != "11" {
		t.Errorf("second post %+v", second)
	}
}

func TestRealRemark42(t *testing.T) {
	const name = "remark42/wordpress_xmlTestWP.xml"
	blog := parseReal(t, name)
	var want struct {
		Items    int
		Comments int `json:"comments_in_file"`
	}
	expected(t, name, &want)
	got := blog.Counts
	if got.Items != want.Items || got.Comments+got.Pingbacks != want.Comments || got.Attachments != 1 {
		t.Errorf("%+v, want %+v", got, want)
	}
	if list := outline(blog.Posts[0]); list != "8 9? 14!" {
		t.Errorf("comments %s", list)
	}
}

func TestRealFilesOfOthers(t *testing.T) {
	for _, name := range []string{
		"isso/disqus.xml", "remark42/disqus.xml", "remark42/disqus-deleted-post.xml", "remark42/disqus-deleted-thread.xml", "isso/generic.json",
	} {
		file, err := os.Open(filepath.Join(importFolder(t), name))
		if err != nil {
			t.Fatal(err)
		}
		_, err = ParseWXR(file)
		file.Close()
		var syntax *SyntaxError
		if !errors.Is(err, ErrNotWordPress) && !errors.As(err, &syntax) {
			t.Errorf("%s: %v", name, err)
		}
		if name == "remark42/disqus.xml" && (syntax == nil || syntax.Line != 1) {
			t.Errorf("%s: %v, want a fault in line 1", name, err)
		}
	}
}
