package main

import "folkmoot/models"

// The open consultation of the demonstration. Place, people and firms are
// invented; what they talk about is not.

var lepText = models.ConsultationText{
	Title:    "An alternative local enterprise partnership for Thornley Dale",
	Question: "Which other policies should a partnership run by owner-managers of micro-enterprises develop?",
	Body: `Most local enterprise partnerships are led by big employers and big institutions. This one is run by people who own
and manage a business with fewer than ten people in it, because that is what nine in ten of the businesses between the
moor and the canal are.

We start from five areas of policy. They are ideas 1 to 5 on this page, each with our reasons. Tell us which of them you
would put first, where they are wrong, and above all **what is missing**.

### What counts as a policy

- something that a small, noisy partnership can begin within two years;
- money that it can spend (about £180,000 a year), a rule that it can ask others to change, or something that we can
  simply start doing together;
- good for people who have no spare afternoon to sit on a committee.

### What happens with what you say

When voting has closed, the board gets the ideas in the order in which you support them, with how sure that order is. It
answers each of the first six in public: what it will do, who will see to it, and by when.`,
	WhoDecides:   "The partnership’s board: nine owner-managers, elected each May by the businesses that have joined.",
	CanChange:    "All of it. The five areas are drafts: the board can add to them, drop them or write them anew. It cannot change business rates or national law, but it can say publicly what it thinks of them.",
	Contact:      "Hilde Brandvold, organiser, partnership@thornleydale.example, 01632 960 114",
	OtherFormats: "On paper at the library and the market office; by telephone on 01632 960 114, weekdays from 8 to 10 before most of us open; in large print, Polish, Urdu and Welsh on request.",
}

// lepIdeas are the organiser's ideas 1 to 5.
var lepIdeas = []demoIdea{
	{
		title: "Local supply chains: buy from small firms nearby wherever that is practical",
		body: `A directory that buyers really use, a "meet the makers" morning twice a year, and a promise by the larger firms and the
council to ask at least one supplier with fewer than ten people before they place an order under £25,000.`,
	},
	{
		title: "Public procurement that a micro-enterprise can win",
		body: `Contracts cut into lots that three people can deliver, one short form instead of ninety pages, insurance asked for in
proportion to the risk, and payment within ten days. Councils and the NHS first, then the housing associations.`,
	},
	{
		title: "Move training into the workplace, and pay owners to teach apprentices",
		body: `Owner-managers know how the work is done this year. Pay us for the hours in which we teach, instead of sending
sixteen-year-olds to a classroom to learn on machines that we stopped using. The college certifies; the workshop trains.`,
	},
	{
		title: "Co-operation, so that tiny firms punch above their weight",
		body: `Help for groups of firms that bid together, buy together, share a van, a stall or a bookkeeper. A model agreement of two
pages, and somebody at the end of a telephone who has set up a co-operative before.`,
	},
	{
		title: "Keep money in the local economy",
		body: `A pound spent with an owner who lives here is spent here again. We want to measure that, publish it once a year, and
make the case for it wherever spending is decided. A local loyalty scheme could follow if it costs shops nothing.`,
	},
}

// lepSuggested are participants' ideas; the published ones become numbers 6, 7, 8 …
var lepSuggested = []demoSuggestion{
	{
		round: 2, by: "Bethan Rees",
		title: "Childcare that opens when the work does",
		body: `I mind children from seven. Bakers, carers, cleaners and market traders start at five. A policy for small firms that
forgets who looks after the children is a policy for men with wives. Fund a pool of registered minders who cover early
starts and Saturdays, shared by firms that could never run a nursery themselves.`,
	},
	{
		round: 2, by: "Sol Feingold",
		title: "Pay by the half-day: cheap first stalls and shared units",
		body: `My father started on a table in the rain and so did I. Today you are asked for a three-year lease, a deposit and a card
machine before you have sold one thing. Give newcomers a covered stall at a tenner a half-day for their first six months.`,
	},
	{
		round: 3, by: "Priya Raman",
		title: "One late-payment register: name who pays small firms late",
		body: `Three of my clients pay in ninety days because they can. Each of us keeps quiet, alone. A register that any member can
report an overdue invoice to, checked by the partnership and published each quarter, costs next to nothing.`,
	},
	{
		round: 4, by: "Hamish Baird",
		title: "A tool library and a repair bench in every town",
		body: `A £900 torque set that I use four times a year sits in a drawer the rest of the time. Put such tools, and the people who
know how to use them, in one place. The same bench can mend what people would otherwise throw away.`,
	},
	{
		round: lastRound, by: "Noor Siddiqui", pending: true,
		title: "A small fund for a second pair of hands",
		body: `The jump from one person to two is the hardest. Lend the first six months of a first employee’s wage, paid back out of
turnover, and not at all if it does not work out.`,
	},
}

// lepReplies are the replies in order; an answer comes at least one round after its
// parent.
var lepReplies = []demoReply{
	{key: "pugh", round: 0, by: "Dilwyn Pugh", body: `I make windows and doors, four of us, thirty years. What I would put first is number 2. We have fitted the doors of half the
schools here, always as somebody’s subcontractor’s subcontractor. Nobody ever asks the joiner directly.`},
	{key: "amara", round: 0, by: "Amara Okafor", body: `I run the café by the lock. I like all five, and I notice that all five are about *selling*. Nothing about premises, nothing
about energy, nothing about the weeks in February when nobody comes.`},
	{key: "sol", round: 0, by: "Sol Feingold", body: `Forty years on the market. Partnerships come, partnerships go, there is always a launch with sandwiches. How is this one
different, apart from who eats the sandwiches?`},
	{key: "tomasz", round: 0, by: "Tomasz Wrona", guest: true, body: `Printer here, two presses, me and my brother. Local supply chains yes, but be honest about price. I cannot print 10,000
leaflets for what the internet charges. I can print 300 by Thursday with nobody shouting. Sell *that*.`},

	{key: "pugh-priya", parent: "pugh", round: 1, by: "Priya Raman", body: `Same in web design. I once filled in a form that asked for my fleet insurance. I have a bicycle.`},
	{key: "amara-bethan", parent: "amara", round: 1, by: "Bethan Rees", body: `And nothing about children, Amara. I have sent that in as an idea because I was cross.`},
	{key: "sol-organiser", parent: "sol", round: 1, by: organiserName, body: `A fair question, Mr Feingold. The difference we can promise is that the board must answer in public, idea by idea, with a
name and a date. And you bring your own sandwiches.`},
	{key: "tomasz-grace", parent: "tomasz", round: 1, by: "Grace Adeyemi", guest: true, body: `I keep the books of nineteen small firms. The ones that do well all sell speed, trust or being able to ring somebody up.
None of them sells cheap.`},
	{key: "yusuf", round: 1, by: "Yusuf Demir", guest: true, body: `Barber. My street has four of us and no parking. Can a partnership do anything about parking or is that "out of scope" like
everything I ever ask?`},

	{key: "pugh-priya-pugh", parent: "pugh-priya", round: 2, by: "Dilwyn Pugh", body: `A bicycle is a fleet of one.

What would help: tell us *before* the tender comes out. Two weeks’ notice of what is coming and I can find a glazier and a
painter to go in with.`},
	{key: "sol-sol", parent: "sol-organiser", round: 2, by: "Sol Feingold", body: `I will hold you to that date. I have a calendar, a paper one.`},
	{key: "yusuf-amara", parent: "yusuf", round: 2, by: "Amara Okafor", body: `Yusuf, the council decides on parking, but nine businesses on one letterhead get an answer faster than one. We got the
loading bay moved that way.`},
	{key: "maeve", round: 2, by: "Maeve Donnelly", guest: true, body: `Florist, just me and a Saturday girl. Number 5: how would you measure it? I buy in Holland like everybody else because
nobody within a hundred miles grows roses in March.`},
	{key: "train-hamish", idea: 3, round: 2, by: "Hamish Baird", body: `I would take an apprentice tomorrow if somebody paid for the two hours a day in which I mend nothing. That is the whole
sum. Everything else about apprenticeships is paperwork around that sum.`},

	{key: "pugh-4", parent: "pugh-priya-pugh", round: 3, by: "Grace Adeyemi", guest: true, body: `If three of you go in together, sort out beforehand who invoices and who is liable. I have seen a friendship of twenty years
end over a retention of £1,400.`},
	{key: "maeve-tomasz", parent: "maeve", round: 3, by: "Tomasz Wrona", guest: true, body: `You buy roses in Holland and your cards and wrapping from me, and I spend it at the lock on cake. Measure the cake.`},
	{key: "train-noor", idea: 3, parent: "train-hamish", round: 3, by: "Noor Siddiqui", body: `Agreed, and one more thing: let them come on two days from me and two from somebody else. I can teach cutting and finishing,
not how to run a shop. A dressmaker and a shopkeeper together make one good apprenticeship.`},
	{key: "train-college", idea: 3, round: 3, by: "Gwenllian Price", guest: true, body: `I teach at the college that you want to take the money from. Some of what you say is true and it stings. But who sees to it
that a seventeen-year-old in a workshop of two is safe, learns to write a quotation, and has somebody to go to when it goes
wrong? Please do not make us the enemy. Make us the ones who come round.`},
	{key: "spam", round: 3, by: "Best Loans 4 U", guest: true, action: models.ActionSpam, body: `Need working capital TODAY?? No credit check. Visit http://loans.invalid/now`},
	{
		key: "rude", round: 3, by: "Plain Speaker", guest: true, action: models.ActionReject,
		reason: "We publish disagreement, not insults about a named person. You are welcome to send the first half again.",
		body:   `The board is the same three faces as ever, and we all know what Brandvold is like after a glass of wine.`,
	},

	{key: "pugh-5", parent: "pugh-4", round: 4, by: "Dilwyn Pugh", body: `That is why idea 4 matters. Two pages, signed before the first screw goes in. Grace, would you write it?`},
	{key: "train-hamish-2", idea: 3, parent: "train-college", round: 4, by: "Hamish Baird", body: `"The ones who come round" is the best thing said here so far. Put that in the policy.`},
	{key: "omar", round: 4, by: "عمر الخطيب", guest: true, body: `I bake flatbread for eleven restaurants. Nobody has mentioned electricity. My oven costs more than my rent. Could thirty
small firms buy power together, as idea 4 says of vans?`},
	{key: "childcare-amara", idea: 6, round: 4, by: "Amara Okafor", body: `I open at six. My one employee could not start before half past eight for three years. This idea would have been worth more
to me than any grant.`},
	{key: "late-tomasz", idea: 8, round: 4, by: "Tomasz Wrona", guest: true, body: `Careful with naming. One wrong entry and the partnership spends its £180,000 on a solicitor. Name only after a warning and
thirty days.`},
	{
		key: "gone", round: 4, by: "Kev from the arches", guest: true, action: models.ActionRemove,
		reason: "It gave a private telephone number. If you are in trouble with a landlord, write to us and we will put you in touch with somebody.",
		body:   `The landlord at the arches is a crook and his number is 07700 900 461, ring him at night.`,
	},

	{key: "pugh-6", parent: "pugh-5", round: 5, by: "Grace Adeyemi", guest: true, body: `For a set of doors, Dilwyn, I will write it twice.`},
	{key: "omar-li", parent: "omar", round: 5, by: "Li Wei Chen", guest: true, body: `We asked an energy broker two years ago. They wanted at least 500 MWh a year; twenty-six of us came to about 410. We were a
laundry and two bakeries short.`},
	{key: "childcare-dilwyn", idea: 6, parent: "childcare-amara", round: 5, by: "Dilwyn Pugh", body: `I had not thought of it as an enterprise matter. I do now. My best fitter left over exactly this.`},
	{key: "late-priya", idea: 8, parent: "late-tomasz", round: 5, by: "Priya Raman", body: `Yes: a letter first, thirty days, then the register. And an entry goes when the money comes. The aim is to be paid, not to
be right.`},
	{key: "kasia", round: 5, by: "Kasia Nowak", guest: true, body: `I clean offices with my sister, nights. I could not come to your meeting, so thank you for doing this on a page that works on
my phone at two in the morning.

> good for people who have no spare afternoon to sit on a committee

More of that, please. That *is* a policy.`},

	{key: "omar-omar", parent: "omar-li", round: lastRound, by: "عمر الخطيب", guest: true, pending: true, body: `Then we have a laundry and two bakeries to find. I know the second bakery: it is my cousin.`},
	{key: "kasia-sol", parent: "kasia", round: lastRound, by: "Sol Feingold", pending: true, body: `You are up at two, I am up at four. Somebody should tell the board when the working day begins.`},
	{key: "stalls-first", idea: 7, round: lastRound, by: "Ines Carvalho", guest: true, pending: true, body: `I would take one of those stalls. I make soap. I have made soap in a kitchen for two years waiting for a price like that.`},
}
