package handlers

// routes lists every address, and the steps that every request goes through.
func (s *Server) routes() {
	a := s.app
	a.Use(s.answerErrors, s.secureHeaders, s.crossOrigin, plainForm)
	a.Get("/healthz", s.showHealth)
	a.Get("/readyz", s.showReady)
	a.Get("/public/:file", s.showAsset)
	a.Use(s.session)

	a.Get("/", s.showHome)
	a.Get("/search", s.limitReads, s.showSearch)
	for _, name := range hostPages {
		a.Get("/"+name, s.showHostPage(name))
	}
	a.Post("/forget", s.postForget)

	c := a.Group("/consultations/:slug")
	c.Get("", s.showConsultation)
	c.Get("/changes", s.showChanges)
	c.Post("/replies", s.postReply)
	c.Get("/replies.csv", s.limitReads, s.showRepliesCSV)
	c.Get("/replies.json", s.limitReads, s.showRepliesJSON)
	c.Get("/suggest", s.showSuggest)
	c.Post("/ideas", s.postIdea)
	c.Get("/ideas/:number<int>", s.showIdea)
	c.Post("/ideas/:number<int>/vote", s.postVote)
	c.Get("/ballot", s.showConfirmVotes)
	c.Post("/ballot", s.postConfirmVotes)
	c.Get("/waiting", s.showWaiting)
	c.Get("/ideas/:number<int>/waiting", s.showWaiting)
	c.Get("/results", s.showResults)
	c.Get("/results.json", s.limitReads, s.showResultsJSON)
	c.Get("/results.csv", s.limitReads, s.showResultsCSV)
	c.Get("/sealed.json", s.limitReads, s.showPublicFile)

	a.Get("/replies/:id", s.showPermalink)
	a.Get("/edit/:item", s.showEdit)
	a.Post("/edit/:item", s.postEdit)
	a.Get("/report/:item", s.showReport)
	a.Post("/report/:item", s.postReport)
	a.Get("/withdraw/:item", s.showOwnWithdrawal)
	a.Post("/withdraw/:item", s.postOwnWithdrawal)
	a.Get("/contributions/:token", s.showContribution)
	a.Get("/contributions/:token/withdraw", s.showWithdrawal)
	a.Post("/contributions/:token/withdraw", s.postWithdrawal)
	a.Post("/contributions/:token/confirm", s.postConfirmation)

	a.Get("/sign-in", s.showSignIn)
	a.Post("/sign-in", s.postSignIn)
	a.Get("/sign-in/:token", s.showLink)
	a.Post("/sign-in/:token", s.postLink)
	a.Post("/sign-out", s.postSignOut)
	a.Get("/account", s.showAccount)
	a.Post("/account", s.postAccount)
	a.Post("/account/sign-out-everywhere", s.postSignOutEverywhere)

	s.staffRoutes()
	a.Use(s.notFound)
}

// staffRoutes lists the addresses behind a role.
func (s *Server) staffRoutes() {
	a := s.app
	a.Get("/moderation", s.showQueue)
	a.Post("/moderation", s.postDecisions)
	a.Post("/moderation/undo", s.postUndo)
	a.Get("/moderation/decisions/:slug", s.showDecisions)
	a.Get("/moderation/:item", s.showItem)
	a.Post("/moderation/:item", s.postDecision)

	o := a.Group("/organise")
	o.Get("", s.showOrganise)
	o.Get("/new", s.showNewConsultation)
	o.Post("/new", s.postNewConsultation)
	o.Get("/:slug", s.showManage)
	o.Get("/:slug/preview", s.showPreview)
	o.Get("/:slug/edit", s.showEditConsultation)
	o.Post("/:slug/edit", s.postEditConsultation)
	o.Post("/:slug/ideas", s.postOrganiserIdea)
	o.Get("/:slug/ideas/:idea", s.showDraftIdea)
	o.Post("/:slug/ideas/:idea", s.postDraftIdea)
	o.Post("/:slug/ideas/:idea/move", s.postMoveDraftIdea)
	o.Post("/:slug/ideas/:idea/remove", s.postRemoveOrganiserIdea)
	o.Post("/:slug/open", s.postOpen)
	o.Post("/:slug/pause", s.postPause)
	o.Post("/:slug/resume", s.postResume)
	o.Post("/:slug/withdraw", s.postWithdrawConsultation)
	o.Post("/:slug/seal", s.postSeal)
	o.Get("/:slug/full.json", s.showFullFile)

	a.Get("/board", s.showBoard)
	a.Get("/board/:slug", s.showRespond)
	a.Post("/board/:slug/:number<int>", s.postResponse)

	a.Get("/admin", s.showAdmin)
	a.Get("/admin/mail", s.showHeldMail)
	a.Get("/admin/settings", s.showSettings)
	a.Post("/admin/settings", s.postSettings)
	a.Post("/admin/people", s.postGrant)
	a.Post("/admin/people/:id/revoke", s.postRevoke)
	a.Post("/admin/people/:id/link", s.postAdminLink)
}
