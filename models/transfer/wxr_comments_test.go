package transfer

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// outline writes a post's comments in order: id, "<parent", "?" if pending,
// "!" if orphan.
func outline(post Post) string {
	var list []string
	for _, c := range post.Comments {
		s := c.ID
		if c.Parent != "" {
			s += "<" + c.Parent
		}
		if !c.Approved {
			s += "?"
		}
		if c.Orphan {
			s += "!"
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

func TestComments(t *testing.T) {
	cases := []struct {
		name     string
		comments []string
		want     string
		counts   Counts
	}{
		{
			"threads by date, then id",
			[]string{remark("10", "0", 3), remark("9", "0", 3), remark("2", "1", 2), remark("1", "0", 1), remark("3", "2", 9), remark("4", "1", 5)},
			"1 2<1 9 10 4<1 3<2",
			Counts{Comments: 6},
		},
		{
			"an answer dated before its parent",
			[]string{remark("1", "5", 1), remark("2", "0", 2), remark("5", "0", 5)},
			"2 5 1<5",
			Counts{Comments: 3},
		},
		{
			"approval",
			[]string{remark("1", "0", 1, "comment_approved=1"), remark("2", "0", 2, "comment_approved=0"), remark("3", "2", 3), remark("4", "0", 4, "comment_approved=hold")},
			"1 2? 3<2 4?",
			Counts{Comments: 4, Pending: 2},
		},
		{
			"what is left out, and answers to it",
			[]string{
				remark("1", "0", 1, "comment_approved=spam"), remark("2", "0", 2, "comment_approved=trash"), remark("3", "0", 3, "comment_approved=post-trashed"),
				remark("4", "0", 4, "comment_type=pingback"), remark("5", "0", 5, "comment_type=trackback"), remark("6", "0", 6, "comment_type=order_note"),
				remark("7", "0", 7, "comment_type=pingback", "comment_approved=spam"), remark("8", "0", 8, "comment_type=comment"),
				remark("9", "1", 9), remark("10", "4", 10), remark("11", "99", 11),
			},
			"8 9! 10! 11!",
			Counts{Comments: 4, Orphans: 3, Pingbacks: 1, Trackbacks: 1, OtherComments: 1, Spam: 2, Trash: 2},
		},
		{
			"circles",
			[]string{remark("1", "2", 1), remark("2", "1", 2), remark("3", "3", 3), remark("4", "1", 4), remark("5", "4", 5), remark("6", "0", 6)},
			"1! 2! 3! 4<1 5<4 6",
			Counts{Comments: 6, Orphans: 3},
		},
		{
			"the same comment twice",
			[]string{remark("1", "0", 1), remark("2", "1", 2), remark("1", "0", 1)},
			"1 2<1",
			Counts{Comments: 2, Duplicates: 1},
		},
	}
	for _, c := range cases {
		blog := mustParse(t, wxr(item("a", c.comments...)))
		if got := outline(blog.Posts[0]); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		c.counts.Items, c.counts.Posts = 1, 1
		if blog.Counts != c.counts {
			t.Errorf("%s: %+v, want %+v", c.name, blog.Counts, c.counts)
		}
	}
}

func TestCommentIDs(t *testing.T) {
	other := strings.Replace(remark("1", "0", 2), "text 1", "another text", 1)
	file := wxr(item("a", remark("1", "0", 1), other, remark("", "0", 3), remark("", "1", 4)), item("b", remark("1", "0", 1), remark("2", "1", 2)))
	blog := mustParse(t, file)
	again := mustParse(t, file)
	seen := map[string]bool{}
	for i, c := range blog.Posts[0].Comments {
		if c.ID == "" || seen[c.ID] || again.Posts[0].Comments[i].ID != c.ID {
			t.Errorf("comment %d has the id %q", i, c.ID)
		}
		seen[c.ID] = true
	}
	if len(seen) != 4 || !seen["1"] {
		t.Errorf("ids %v", seen)
	}
	if got := outline(blog.Posts[1]); got != "1 2<1" {
		t.Errorf("the second post has %s", got)
	}
}

func TestManyComments(t *testing.T) {
	const n = 4_000
	var chain, circle []string
	for i := 1; i <= n; i++ {
		chain = append(chain, remark(fmt.Sprint(i), fmt.Sprint(i-1), 0))
		circle = append(circle, remark(fmt.Sprint(i), fmt.Sprint(i%n+1), 0))
	}
	blog := mustParse(t, wxr(item("a", chain...), item("b", circle...)))
	if blog.Counts.Comments != 2*n || blog.Counts.Orphans != n {
		t.Errorf("%+v", blog.Counts)
	}
	if last := blog.Posts[0].Comments[n-1]; last.ID != fmt.Sprint(n) {
		t.Errorf("the chain ends with %s", last.ID)
	}
}

func TestListItems(t *testing.T) {
	cases := []struct {
		name, in string
		want     []string
	}{
		{"none", "<p>a</p><ul><li>b</li></ul>", nil},
		{"first of two", "<p>x</p><ol>\n<li>a  <b>b</b>\nc</li><li>&amp; d</li></ol><ol><li>e</li></ol>", []string{"a b c", "& d"}},
		{"empty ones", "<ol></ol><ol><li> </li></ol><ol><li>a</li><li></li><li>b</li></ol>", []string{"a", "b"}},
		{"lists inside", "<ol><li>a<ul><li>b</li><li>c</li></ul></li><li><p>d</p><p>e</p></li></ol>", []string{"a b c", "d e"}},
		{"not closed", "<ol><li>a<li>b", []string{"a", "b"}},
		{"scripts", "<ol><li>a<script>b</script></li></ol>", []string{"a"}},
		{"too deep", strings.Repeat("<div>", 3000) + "<ol><li>a</ol>", nil},
	}
	for _, c := range cases {
		got, ok := ListItems(c.in)
		if strings.Join(got, "|") != strings.Join(c.want, "|") || ok != (c.want != nil) {
			t.Errorf("%s: %q, %v", c.name, got, ok)
		}
	}
}

// FuzzParseWXR looks for panics and for broken promises about order and ids.
func FuzzParseWXR(f *testing.F) {
	f.Add(wxr(item("a", remark("1", "2", 1), remark("2", "1", 2), remark("3", "1", 2, "comment_approved=0"))))
	f.Add(wxr(item("a", tags("post_id=1", "status=draft")), item("b", tags("post_type=page"))))
	f.Add("\ufeff<?xml version='1.0' encoding='latin1'?>" + wxr(item("a")))
	f.Add("`<rss>")
	f.Fuzz(func(t *testing.T, file string) {
		blog, err := ParseWXR(strings.NewReader(file))
		if err != nil {
			var syntax *SyntaxError
			if errors.As(err, &syntax) && syntax.Line < 1 {
				t.Errorf("line %d", syntax.Line)
			}
			return
		}
		posts := map[string]bool{}
		for _, post := range blog.Posts {
			if post.ID == "" || posts[post.ID] {
				t.Errorf("post id %q", post.ID)
			}
			posts[post.ID] = true
			before := map[string]bool{"": true}
			for _, c := range post.Comments {
				if before[c.ID] || !before[c.Parent] {
					t.Errorf("comment %q under %q", c.ID, c.Parent)
				}
				before[c.ID] = true
			}
			ListItems(post.Body)
		}
	})
}
