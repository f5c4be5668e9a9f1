package service

import (
	"context"
	"errors"
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
	jobs := []models.Job{job}
	if err := s.store.AddLink(ctx, l, jobs); err != nil {
		return Asked{}, tooMany(err)
	}
	return Asked{Address: typed, Token: token, Deferred: jobs[0].Deferred}, nil
}

// tooMany turns the store's limit on links into one that says how many minutes to wait.
func tooMany(err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Code != models.CodeLimited {
		return err
	}
	wait, _ := e.Args["wait"].(time.Duration)
	return models.Fail(models.CodeLimited, "error.link.limit", "count", minutes(wait), "wait", wait)
}

// AskSignIn sends a link to sign in with. The answer is the same whether or not
// there is an account: a name that is reserved is left out without a word, and
// the message waits for nothing. CodeInvalid with the fields, CodeLimited beyond
// five an hour for an address, and three from one network.
func (s *Service) AskSignIn(ctx context.Context, actor models.Actor, in SignInInput) (Asked, error) {
	var f form
	address, name := f.address("email", in.Email), f.optionalName("name", in.Name)
	if err := f.err(); err != nil {
		return Asked{}, err
	}
	if err := s.allow(ctx, models.LimitLinks, actor.Network); err != nil {
		return Asked{}, err
	}
	if err := s.allowSignIn(ctx, actor.Network, AddressKey(address)); err != nil {
		return Asked{}, err
	}
	l, token := s.newLink(models.PurposeSignIn, address, orElse(actor.Language, "en"))
	l.Name, l.ReturnTo = s.accountName(ctx, name), localPath(in.ReturnTo)
	to, err := s.guestAt(ctx, address, l.Language)
	if err != nil {
		return Asked{}, err
	}
	to.Unconfirmed = false // the store's five an hour are its limit, for every address alike
	return s.sendLink(ctx, l, token, to.job(models.JobSignIn, "token", token))
}

// signInFromNetwork is how many links an hour one network may ask for to one
// address: fewer than the store's SignInPerHour, so that nobody can use up all of
// them and lock the address's owner out.
const signInFromNetwork = 3

// allowSignIn counts a link asked for from a network to an address. CodeLimited.
func (s *Service) allowSignIn(ctx context.Context, network, addressKey string) error {
	if s.cfg.NoLimits || network == "" {
		return nil
	}
	ok, wait, err := s.limiter.Allow(ctx, "sign_in:"+network+" "+addressKey, signInFromNetwork, time.Hour)
	if err != nil {
		return fmt.Errorf("count against the limit: %w", err)
	}
	if !ok {
		return models.Fail(models.CodeLimited, "error.link.limit", "count", minutes(wait), "wait", wait)
	}
	return nil
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
	return s.UseLinkFor(ctx, token, models.SessionLife*time.Second)
}

// UseLinkFor is UseLink with a session that ends after life.
func (s *Service) UseLinkFor(ctx context.Context, token string, life time.Duration) (Used, error) {
	session, now := NewToken(), s.Now()
	used, err := s.store.UseLink(ctx, models.LinkUse{
		TokenHash: models.HashToken(token), NewID: newID(),
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
