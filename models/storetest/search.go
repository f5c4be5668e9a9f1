package storetest

import (
	"strings"

	"folkmoot/models"
)

var searchCases = []testCase{
	{"it finds public texts, ideas and replies, and where they are", searchHits},
	{"it finds words in any case, with and without accents", searchFolds},
	{"both sides are folded alike, in every script", searchScripts},
	{"words are found within sentences without spaces", searchUnspaced},
	{"all words have to be there", searchAllWords},
	{"what is not public is not found", searchHidden},
	{"it follows moderation and edits", searchFollows},
	{"every language of the organiser's is found", searchLanguages},
	{"the better match comes first", searchBest},
	{"no more are given than asked for", searchLimit},
	{"any input is only words", searchAnyInput},
}

// found returns the kinds of what a search finds, or the ids of replies.
func (e *env) found(query string) (list []string) {
	e.Helper()
	for _, h := range must(e.store.Search(e.ctx, query, 20))(e) {
		if h.ReplyID != "" {
			list = append(list, h.ReplyID)
		} else {
			list = append(list, h.Kind)
		}
	}
	return list
}

// saying makes a reply with these words.
func (e *env) saying(c models.Consultation, body string) models.Reply {
	r := e.newReply(c)
	r.Body, r.BodyHTML = body, "<p>"+body+"</p>"
	return r
}

func searchHits(e *env) {
	c := e.newConsultation()
	text := c.Texts["en"]
	text.Title, text.Body = "The pelican question", "What to do about it"
	c.Texts["en"] = text
	e.ok(e.store.AddConsultation(e.ctx, c, []models.Idea{e.newOrganiserIdea(c, "Feed the pelican")}, Entry(models.AuditConsultationAdded)))
	c = e.move(c, models.StateOpen)
	r := e.saying(c, "Let every pelican be.")
	r.IdeaID = e.ideas(c)[0].ID
	r = e.published(r)
	e.published(e.saying(c, "Something else"))
	byKind := map[string]models.Hit{}
	hits := must(e.store.Search(e.ctx, "pelican", 20))(e)
	for _, h := range hits {
		byKind[h.Kind] = h
		e.equal(h.Kind+": slug", h.Slug, c.Slug)
		e.equal(h.Kind+": title", h.Title, "The pelican question")
	}
	e.equal("hits", len(hits), 3)
	e.equal("the idea's number", byKind["idea"].IdeaNumber, 1)
	e.equal("the idea's heading", byKind["idea"].Heading, "Feed the pelican")
	e.equal("the reply", byKind["reply"].ReplyID, r.ID)
	e.equal("the reply's idea", byKind["reply"].IdeaNumber, 1)
	e.equal("the reply's heading", byKind["reply"].Heading, "Ada")
	if !strings.Contains(byKind["reply"].Text, "every pelican") || strings.Contains(byKind["reply"].Text, "<p>") {
		e.Errorf("the reply's text is %q", byKind["reply"].Text)
	}
	e.equal("in the body", e.found("what to do about"), []string{"consultation"})
}

func searchFolds(e *env) {
	c := e.open()
	r := e.published(e.saying(c, "The Café in ŻÓŁĆ street, ΕΛΛΆΔΑ"))
	for _, query := range []string{"café", "CAFE", "Cafe", "zółć", "ελλάδα", "STREET"} {
		e.equal(query, e.found(query), []string{r.ID})
	}
}

func searchScripts(e *env) {
	c := e.open()
	r := e.published(e.saying(c, "Straße, GROẞ, œuvre, Ещё, Đường, Işık, İzmir, ΟΔΌΣ, Θάλασσα, ΛΌΓΟΣ, مُشَاوَرَة, ｆｕｌｌ"))
	for _, query := range []string{
		"strasse", "STRASSE", "STRAẞE", "groß", "gross", "OEUVRE", "ŒUVRE", "еще", "ЕЩЁ", "duong", "ĐƯỜNG", "isik", "IŞIK", "ızmir", "IZMIR",
		"οδος", "οδός", "ΟΔΟΣ", "ΘΑΛΑΣΣΑ", "θαλασσα", "λόγος", "مشاورة", "full",
	} {
		e.equal(query, e.found(query), []string{r.ID})
	}
}

func searchUnspaced(e *env) {
	c := e.open()
	chinese := e.published(e.saying(c, "我们希望在老城区增加更多的自行车道"))
	japanese := e.published(e.saying(c, "商店街に自転車置き場を増やして"))
	thai := e.published(e.saying(c, "อยากให้เพิ่มทางจักรยานในเมือง"))
	korean := e.published(e.saying(c, "자전거도로를 늘려주세요"))
	parts := e.published(e.saying(c, "自行, 行车, 车道; จักรกล กรยา ยาน"))
	for query, want := range map[string][]string{
		"自行车道": {chinese.ID}, "自行车": {chinese.ID}, "老城区 车道": {chinese.ID}, "我": {chinese.ID}, "道": {chinese.ID, parts.ID},
		"自転車": {japanese.ID}, "商店街 増やし": {japanese.ID}, "จักรยาน": {thai.ID}, "도로": {korean.ID}, "자전거": {korean.ID}, "道车": nil,
	} {
		e.once(query, e.found(query), want)
	}
}

func searchAllWords(e *env) {
	c := e.open()
	both := e.published(e.saying(c, "Otters and herons"))
	one := e.published(e.saying(c, "Otters alone"))
	e.once("one word", e.found("otters"), []string{both.ID, one.ID})
	e.equal("two words", e.found("herons otters"), []string{both.ID})
	e.equal("a word that is not there", e.found("otters walrus"), []string(nil))
	e.equal("part of a word within another", e.found("tters"), []string(nil))
}

func searchHidden(e *env) {
	draft := e.newConsultation()
	draft.Texts["en"] = models.ConsultationText{Title: "Secret walrus"}
	e.ok(e.store.AddConsultation(e.ctx, draft, []models.Idea{e.newOrganiserIdea(draft, "A walrus idea")}, Entry(models.AuditConsultationAdded)))
	c := e.open()
	e.pending(e.saying(c, "A waiting walrus"))
	e.pendingIdea(c, "A suggested walrus")
	for _, a := range []models.Action{models.ActionReject, models.ActionSpam, models.ActionWithdraw} {
		e.decide(a, e.pending(e.saying(c, "A refused walrus")).Item())
	}
	r := e.newReply(c)
	r.Address, r.AddressKey = "walrus@example.org", "walrus@example.org"
	e.published(r)
	e.person("Walrus")
	e.equal("found", e.found("walrus"), []string(nil))
	e.move(draft, models.StateOpen)
	e.once("once open", e.found("walrus"), []string{"consultation", "idea"})
}

func searchFollows(e *env) {
	c := e.open()
	r, i := e.published(e.saying(c, "An otter")), e.idea(c, "Otters for all")
	e.once("published", e.found("otters"), []string{"idea"})
	e.once("published", e.found("otter"), []string{r.ID})
	e.decide(models.ActionRemove, r.Item(), i.Item())
	e.equal("removed", append(e.found("otter"), e.found("otters")...), []string(nil))
	e.decide(models.ActionRestore, r.Item())
	e.equal("restored", e.found("otter"), []string{r.ID})
	next := e.pending(e.saying(c, "A stork"))
	next.Body, next.BodyHTML = "A heron", "<p>A heron</p>"
	must(e.store.EditReply(e.ctx, next))(e)
	e.equal("edited while it waits", e.found("heron"), []string(nil))
	e.decide(models.ActionPublish, next.Item())
	e.equal("the old word", e.found("stork"), []string(nil))
	e.equal("the new word", e.found("heron"), []string{next.ID})
	edited := e.reload(c)
	edited.Texts = map[string]models.ConsultationText{"en": {Title: "Badgers"}}
	must(e.store.EditConsultation(e.ctx, edited, nil, Entry(models.AuditConsultationEdited)))(e)
	e.equal("the old title", e.found("shops"), []string(nil))
	e.equal("the new title", e.found("badgers"), []string{"consultation"})
}

func searchLanguages(e *env) {
	c := fullConsultation(e)
	e.ok(e.store.AddConsultation(e.ctx, c, nil, Entry(models.AuditConsultationAdded)))
	e.move(c, models.StateOpen)
	e.equal("in its own", e.found("gwag"), []string{"consultation"})
	e.equal("in another", e.found("empty"), []string{"consultation"})
}

func searchBest(e *env) {
	c := e.open()
	passing := strings.Repeat("the river and its banks in every season of the year ", 20)
	late := e.published(e.saying(c, passing+"otters "+passing))
	best := e.published(e.saying(c, "Otters, otters, otters!"))
	early := e.published(e.saying(c, passing+passing+"otters"))
	got := e.found("otters")
	e.once("hits", got, []string{late.ID, best.ID, early.ID})
	e.equal("the first", got[0], best.ID)
}

func searchLimit(e *env) {
	c := e.open()
	for range 5 {
		e.published(e.saying(c, "Otters"))
	}
	for _, limit := range []int{1, 3, 5, 9} {
		hits := must(e.store.Search(e.ctx, "otters", limit))(e)
		e.equal("hits", len(hits), min(limit, 5))
	}
}

func searchAnyInput(e *env) {
	c := e.open()
	r := e.published(e.saying(c, "Near otters not herons"))
	for _, query := range []string{
		"", " ", `"`, `""`, `"otters`, "*", "-", "(", "otters AND", "OR", "NEAR/2", "heading:", "'; --", "%", "_", "\\", ".*", "$where", "{}", "😀", "\u0301",
		strings.Repeat("otters ", 500), string([]rune(long)[:1000]),
	} {
		must(e.store.Search(e.ctx, query, 5))(e)
	}
	e.equal("words among signs", e.found(`"otters"* (NEAR -herons)`), []string{r.ID})
	e.equal("empty", e.found(""), []string(nil))
	e.equal("signs alone", e.found(`"*-()`), []string(nil))
}
