package main

import (
	"math/rand/v2"
	"strings"
)

// words is what the replies and ideas of the bench are made of.
var words = strings.Fields(`the council should buy more from small firms in this town because money spent here stays here
and owners who teach pass on what they know when a market hall opens on Sundays people come in by bus from the villages
around it we had no van of our own until four bakers shared one rents on the high street doubled within three years while
half of its shops stand empty nobody asked us before the car park was sold apprentices leave for the city after their
second winter a loan of five thousand pounds would have been enough to keep our workshop open broadband in the valley
drops every afternoon forms for a grant take longer than the work that it pays for please publish what each tender costs
let two neighbours bid together instead of one national chain training must fit around school hours otherwise mothers
cannot take part an energy advisor visited last spring and saved us a tenth of the bill every firm deserves that visit`)

// sentenceOf returns a sentence of eight to twenty words; the same for the same seed.
func sentenceOf(seed int) string {
	r := rand.New(rand.NewPCG(uint64(seed), 2027))
	list := make([]string, 8+r.IntN(13))
	for i := range list {
		list[i] = words[r.IntN(len(words))]
	}
	return strings.ToUpper(list[0][:1]) + list[0][1:] + " " + strings.Join(list[1:], " ")
}

// textOf returns two to five sentences, about 300 characters.
func textOf(seed int) string {
	list := make([]string, 2+seed%4)
	for i := range list {
		list[i] = sentenceOf(seed*7 + i)
	}
	return strings.Join(list, ". ") + "."
}

// names are those under which the bench's people appear.
var names = []string{
	"Ada Marsh", "Ben Okafor", "Carys Howell", "Dev Patel", "Erin Walsh", "Farid Rahimi", "Grace Lund", "Huw Price",
	"Iris Kovač", "Jo Sandford", "Kenji Mori", "Lena Brandt", "Moira Kerr", "Ned Fielding", "Oona Byrne", "Piotr Zając",
}

func nameOf(n int) string { return names[n%len(names)] }
