package service

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"folkmoot/models"
)

// SignInInput asks for a link to sign in with. Name is for the account, if there
// is none yet; ReturnTo is a path of this site, else "/".
type SignInInput struct{ Email, Name, ReturnTo string }

// newLink makes a link that lives as long as one to sign in, and its token.
func (s *Service) newLink(purpose models.Purpose, address, language string) (models.Link, string) {
	token, now := NewToken(), s.Now()
	return models.Link{
		ID: newID(), TokenHash: models.HashToken(token), Purpose: purpose,
		Address: address, AddressKey: AddressKey(address), Language: language,
		ReturnTo: "/", CreatedAt: now, ExpiresAt: now.Add(models.SignInLife),
	}, token
}

// sendLink keeps a link with the message that carries it. The page names the
// address as it was typed, whatever account has it.
func (s *Service) sendLink(ctx context.Context, l models.Link, token string, job models.Job) (Asked, error) {
	typed := l.Address
	l.Address, job.LinkID = job.Recipient, l.ID
	if err := s.store.AddLink(ctx, l, []models.Job{job}); err != nil {
		return Asked{}, err
	}
	return Asked{Address: typed, Token: token, TokenHash: l.TokenHash}, nil
}

// AskSignIn sends a link to sign in with. The answer is the same whether or not there is an
// account, and whatever went to the address before: a name that is reserved is left out
// without a word, and so is a message where enough links have been sent that still work.
// CodeInvalid with the fields, CodeLimited for the network that asks.
func (s *Service) AskSignIn(ctx context.Context, actor models.Actor, in SignInInput) (Asked, error) {
	var f form
	address, name := f.address("email", in.Email), f.optionalName("name", in.Name)
	if err := f.err(); err != nil {
		return Asked{}, err
	}
	if err := s.allow(ctx, models.LimitLinks, actor.Network); err != nil {
		return Asked{}, err
	}
	l, token := s.newLink(models.PurposeSignIn, address, orElse(actor.Language, "en"))
	l.Name, l.ReturnTo = s.accountName(ctx, name), localPath(in.ReturnTo)
	to, err := s.guestAt(ctx, address, l.Language)
	if err != nil {
		return Asked{}, err
	}
	to.Unconfirmed = false // the limit of sign-in links is theirs, for every address alike
	job := to.job(models.JobSignIn, "token", token)
	if to.Account { // links for other spellings open other accounts: none of them takes its place
		job.Mailbox = "account " + l.AddressKey
	}
	if by := askedBy(actor); by != "" {
		job.Topic = s.topic("sign-in", by)
	}
	ok, err := s.allowSignIn(ctx, actor.Network, job.Mailbox)
	if err != nil {
		return Asked{}, err
	}
	if !ok { // a message that is not sent, to an answer that is the same
		return Asked{Address: address, Token: token, TokenHash: l.TokenHash}, s.store.AddLink(ctx, l, nil)
	}
	return s.sendLink(ctx, l, token, job)
}

// signInFromNetwork is how many links an hour one network may ask for to one mailbox.
const signInFromNetwork = 6

// allowSignIn counts a link asked for from a network to a mailbox in an hour, so that one
// network cannot fill it.
func (s *Service) allowSignIn(ctx context.Context, network, mailbox string) (bool, error) {
	if s.cfg.NoLimits || network == "" {
		return true, nil
	}
	ok, _, err := s.limiter.Allow(ctx, "sign_in:"+network+" "+mailbox, signInFromNetwork, time.Hour)
	if err != nil {
		return false, fmt.Errorf("count against the limit: %w", err)
	}
	return ok, nil
}

// accountName returns the name for a new account: none if it is reserved, for then
// its owner is asked for another before anything appears under it.
func (s *Service) accountName(ctx context.Context, name string) string {
	if name == "" {
		return ""
	}
	if reserved, err := s.reservedName(ctx, name, ""); reserved || err != nil {
		return ""
	}
	return name
}

// localPath returns a path of this site, with its query; "/" for anything else.
func localPath(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil, u.Scheme != "", u.Host != "", u.User != nil, u.Opaque != "":
	case !strings.HasPrefix(s, "/"), strings.HasPrefix(s, "//"), len(s) > 500:
	case strings.ContainsAny(s, "\\") || models.HasControl(s) || !models.ValidUTF8(s):
	default:
		return s
	}
	return "/"
}

// Link returns what a one-time link will do. CodeNotFound for a forged one,
// CodeGone once it is used or expired.
func (s *Service) Link(ctx context.Context, token string) (models.Link, error) {
	l, err := s.store.Link(ctx, models.HashToken(token))
	if err != nil {
		return models.Link{}, unknownLink(err)
	}
	return l, l.CheckUse(s.Now())
}

func unknownLink(err error) error {
	if models.IsNotFound(err) {
		return models.Fail(models.CodeNotFound, "error.link.unknown")
	}
	return err
}

// Used is what using a link did, and the session that it opened.
type Used struct {
	models.LinkUsed
	SessionToken string
	ReturnTo     string // a path of this site
}

// UseLink does what a link stands for, once, and signs in for SessionLife. CodeNotFound,
// CodeGone.
func (s *Service) UseLink(ctx context.Context, token string) (Used, error) {
	return s.UseLinkFor(ctx, models.Actor{}, token, models.SessionLife*time.Second)
}

// UseLinkFor is UseLink in an actor's browser, with a session that ends after life.
func (s *Service) UseLinkFor(ctx context.Context, actor models.Actor, token string, life time.Duration) (Used, error) {
	session, now := NewToken(), s.Now()
	used, err := s.store.UseLink(ctx, models.LinkUse{
		TokenHash: models.HashToken(token), NewID: newID(), Guest: actor.Guest,
		Session: models.Session{
			TokenHash: models.HashToken(session), CreatedAt: now,
			ExpiresAt: now.Add(life),
		},
	})
	if err != nil {
		return Used{}, unknownLink(err)
	}
	return Used{LinkUsed: used, SessionToken: session, ReturnTo: localPath(used.Link.ReturnTo)}, nil
}

// Participant returns who is signed in with a session; nil, nil if there is no
// such session or it has expired.
func (s *Service) Participant(ctx context.Context, sessionToken string) (*models.Participant, error) {
	if sessionToken == "" {
		return nil, nil
	}
	_, p, err := s.store.Session(ctx, models.HashToken(sessionToken))
	if models.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the session: %w", err)
	}
	return &p, nil
}

// SignOut forgets one session; one that is not there is forgotten already.
func (s *Service) SignOut(ctx context.Context, sessionToken string) error {
	if sessionToken == "" {
		return nil
	}
	return s.store.EndSession(ctx, models.HashToken(sessionToken))
}

// SignOutEverywhere forgets all sessions of the actor. CodeUnauthenticated.
func (s *Service) SignOutEverywhere(ctx context.Context, actor models.Actor) error {
	p, err := signedIn(actor)
	if err != nil {
		return err
	}
	return s.store.EndSessions(ctx, p.ID)
}
