package handlers

// routes lists every address; DESIGN's table of addresses is this list.
func (s *Server) routes() {
	a := s.app
	a.Use(s.begin, s.headers, s.sameOrigin, plainForm)
	a.Get("/healthz", s.health)
	a.Get("/readyz", s.ready)
	a.Get("/public/:file", s.asset)
	a.Use(s.visitor)

	a.Get("/", s.home)
	a.Get("/search", s.search)
	for _, name := range hostPages {
		a.Get("/"+name, s.hostPage(name))
	}
	a.Post("/forget", s.forget)

	c := a.Group("/consultations/:slug")
	c.Get("", s.showConsultation)
	c.Get("/changes", s.changes)
	c.Post("/replies", s.postReply)
	c.Get("/replies.csv", s.repliesCSV)
	c.Get("/replies.json", s.repliesJSON)
	c.Get("/suggest", s.suggestForm)
	c.Post("/ideas", s.suggest)
	c.Get("/ideas/:number<int>", s.showIdea)
	c.Post("/ideas/:number<int>/vote", s.vote)
	c.Get("/ballot", s.ballotForm)
	c.Post("/ballot", s.askBallot)
	c.Get("/waiting", s.showWaiting)
	c.Get("/ideas/:number<int>/waiting", s.showWaiting)
	c.Get("/results", s.showResults)
	c.Get("/results.json", s.resultsJSON)
	c.Get("/results.csv", s.resultsCSV)
	c.Get("/sealed.json", s.publicFile)

	a.Get("/replies/:id", s.permalink)
	a.Get("/edit/:item", s.editForm)
	a.Post("/edit/:item", s.edit)
	a.Get("/report/:item", s.reportForm)
	a.Post("/report/:item", s.report)
	a.Get("/contributions/:token", s.contribution)
	a.Post("/contributions/:token/withdraw", s.withdrawContribution)
	a.Post("/contributions/:token/confirm", s.confirmContribution)

	a.Get("/sign-in", s.signInForm)
	a.Post("/sign-in", s.askSignIn)
	a.Get("/sign-in/:token", s.link)
	a.Post("/sign-in/:token", s.useLink)
	a.Post("/sign-out", s.signOut)
	a.Get("/account", s.account)
	a.Post("/account", s.editAccount)
	a.Post("/account/sign-out-everywhere", s.signOutEverywhere)

	s.staffRoutes()
	a.Use(s.notFound)
}

// staffRoutes lists the addresses behind a role.
func (s *Server) staffRoutes() {
	a := s.app
	a.Get("/moderation", s.queue)
	a.Post("/moderation", s.decideMany)
	a.Post("/moderation/undo", s.undo)
	a.Get("/moderation/decisions/:slug", s.decisions)
	a.Get("/moderation/:item", s.item)
	a.Post("/moderation/:item", s.decideOne)

	o := a.Group("/organise")
	o.Get("", s.organise)
	o.Get("/new", s.newConsultationForm)
	o.Post("/new", s.newConsultation)
	o.Get("/:slug", s.manage)
	o.Get("/:slug/preview", s.preview)
	o.Get("/:slug/edit", s.editConsultationForm)
	o.Post("/:slug/edit", s.editConsultation)
	o.Post("/:slug/ideas", s.addOrganiserIdea)
	o.Post("/:slug/ideas/:number<int>/remove", s.removeOrganiserIdea)
	o.Post("/:slug/open", s.open)
	o.Post("/:slug/pause", s.pause)
	o.Post("/:slug/resume", s.resume)
	o.Post("/:slug/withdraw", s.withdrawConsultation)
	o.Post("/:slug/seal", s.seal)
	o.Get("/:slug/full.json", s.fullFile)

	a.Get("/board", s.board)
	a.Get("/board/:slug", s.respondForm)
	a.Post("/board/:slug/:number<int>", s.respond)

	a.Get("/admin", s.admin)
	a.Get("/admin/mail", s.heldMail)
	a.Post("/admin/people", s.grant)
	a.Post("/admin/people/:id/revoke", s.revoke)
	a.Post("/admin/people/:id/link", s.adminLink)
}
