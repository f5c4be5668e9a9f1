package main

import "folkmoot/models"

// The sealed consultation of the demonstration.

var shopsText = models.ConsultationText{
	Title:    "The empty shops of Market Street",
	Question: "What should be done with the empty shops of our high street?",
	Body: `One in four shops on Market Street stands empty, some for more than six years. The town council owns three of the
nineteen; the other sixteen belong to eleven different owners, two of whom live abroad.

The council has set aside £240,000 over three years. It can also use what it already has: three buildings, planning
conditions, the street itself, and a letter to owners that they will answer.

Eight things that other towns have tried stand below. You could add to them until the suggestions closed.`,
	WhoDecides:   "The town council’s regeneration board, at its public meeting.",
	CanChange:    "How the £240,000 is spent, what the council’s own three shops are used for, and what it asks of owners. National tax and leases that run already cannot be changed here.",
	Contact:      "Town clerk, regeneration@thornley.example, 01632 960 022",
	OtherFormats: "On paper at the town hall and the library, by telephone on 01632 960 022, in large print or easy read on request.",
}

// shopsIdeas are ideas 1 to 8 with their tallies.
var shopsIdeas = []demoIdea{
	{
		title: "Let empty shops by the week, at a peppercorn rent, to people who are starting out",
		body:  `No lease, no deposit, a week’s notice on both sides. The council does it with its own three and offers owners to run theirs the same way, insured and swept.`,
		votes: models.Tally{Agree: 46, Disagree: 3, Pass: 2},
	},
	{
		title: "Turn the upper floors into homes",
		body:  `Above almost every shop are two floors of dust. Grants for a separate stair, and people on the street after six in the evening.`,
		votes: models.Tally{Agree: 33, Disagree: 12, Pass: 5},
	},
	{
		title: "Publish who owns each empty shop and how long it has stood empty",
		body:  `A page and a notice in the window. What owners are ashamed of, they mend.`,
		votes: models.Tally{Agree: 31, Disagree: 11, Pass: 6},
	},
	{
		title: "A workshop for makers and menders, run as a co-operative",
		body:  `The old bank has a vault, high windows and three-phase power. Twelve benches, shared tools, open on Saturdays for what is broken at home.`,
		votes: models.Tally{Agree: 32, Disagree: 13, Pass: 4},
	},
	{
		title: "Close Market Street to cars from ten to four",
		body:  `Tables, benches, deliveries before ten. The car park behind the church stays.`,
		votes: models.Tally{Agree: 25, Disagree: 24, Pass: 3},
	},
	{
		title: "Let artists and schools fill the windows",
		body:  `It does not bring back a shop, but a street with something to look at is a street that people walk down.`,
		votes: models.Tally{Agree: 15, Disagree: 29, Pass: 6},
	},
	{
		title: "Buy shops that have stood empty for more than three years, by compulsory order if need be",
		body:  `Slow and dear, and one case might be enough to change how the other owners think.`,
		votes: models.Tally{Agree: 17, Disagree: 31, Pass: 3},
	},
	{
		title: "Pull down the arcade and make a square",
		body:  `The arcade is half of all the empty floor. Without it the street would be the size that the town is.`,
		votes: models.Tally{Agree: 7, Disagree: 38, Pass: 5},
	},
}

// shopsSuggested is a participant's idea with too few votes to be ranked.
var shopsSuggested = []demoSuggestion{
	{
		round: 2, by: "Callum Reid",
		title: "A roller rink in the old supermarket",
		body:  `It is flat, it is huge, it has toilets. There is nowhere to go here when you are fourteen.`,
		votes: models.Tally{Agree: 2, Disagree: 1, Pass: 1},
	},
}

var shopsReplies = []demoReply{
	{key: "rosa", round: 0, by: "Rosa Lindqvist", guest: true, body: `I walked the length of it with my mother on Sunday and we counted. Nineteen. She could name what every one of them had been.`},
	{key: "imran", round: 0, by: "Imran Sheikh", body: `I had a shop there for nine years. It was not the rent that ended it, it was that the lease wanted five years more and I could
see one. Number 1 is the only idea here that I would have used myself.`},
	{key: "agnes", round: 1, parent: "rosa", by: "Agnes Whitfield", guest: true, body: `The wool shop. The *other* wool shop. Tindall’s with the ladder.`},
	{key: "owner", round: 1, by: "Peter Varga", guest: true, body: `I own two of the nineteen. I am not hiding and I am not ashamed: I have had them on the market since 2019. Put my name in the
window if you like, and put beside it what the roof will cost.`},
	{key: "imran-2", round: 2, parent: "owner", by: "Imran Sheikh", body: `Would you let one by the week, as it is, if the council carried the insurance?`},
	{key: "cars", idea: 5, round: 2, by: "Doreen Oakes", guest: true, body: `My husband cannot walk from the church. If you close the street you close it to him.`},
	{key: "owner-2", round: 3, parent: "imran-2", by: "Peter Varga", guest: true, body: `For a week’s notice and a key back when I ask, yes. Tomorrow.`},
	{key: "cars-2", idea: 5, round: 3, parent: "cars", by: "Joel Abara", guest: true, body: `Then four bays for blue badges stay open at the top end. It should not be one or the other.`},
}

// shopsResponses are the board's responses so far; four were promised.
var shopsResponses = []demoResponse{
	{
		idea: 1, daysAgo: 12, publish: true, decision: models.ResponseAdopt,
		reason: "We begin with the three shops that the council owns. Mr Varga has offered a fourth. Weekly terms of one page are being drawn up, and the council carries the insurance in the first year.",
		owner:  "Salma Iqbal, town centre officer", by: "First keys by the spring fair",
	},
	{
		idea: 4, daysAgo: 5, publish: true, decision: models.ResponseAdoptInPart,
		reason: "We will pay for a survey of the old bank and hold it free for a year. We will not run a workshop ourselves: a group of at least twelve members with rules of its own has to come forward.",
		owner:  "Deputy clerk", by: "Survey within three months",
	},
	{
		idea: 2, decision: models.ResponseConsidering,
		reason: "Draft for the board: the grant scheme of the county covers stairs. Ask first what it would leave for us to pay.",
		owner:  "Salma Iqbal", by: "",
	},
}
