package mongo

import (
	"context"
	"time"
)

// kind says what an entry's operation does, and so who follows it.
type kind string

const (
	kindReply     kind = "reply"     // a reply comes in
	kindIdea      kind = "idea"      // an idea comes in
	kindNumbered  kind = "numbered"  // an organiser's idea comes in
	kindEditReply kind = "editReply" // the words of a reply change
	kindEditIdea  kind = "editIdea"
	kindRemove    kind = "remove" // an idea leaves a draft
	kindVote      kind = "vote"
	kindLink      kind = "link" // a ballot is used
	kindDecide    kind = "decide"
	kindResponse  kind = "response"
	kindTexts     kind = "texts"  // a consultation is new or was edited
	kindImport    kind = "import" // a consultation was brought in
	kindSeal      kind = "seal"
)

// follower is what is known of a kind of entry. acted tells whether its act is done.
// follow does what follows from the act, as often as it is called, and completes the
// entry; late says that the program that wrote the entry may have died in the middle.
type follower struct {
	acted  func(ctx context.Context, consultationID string, e entry) (bool, error)
	follow func(ctx context.Context, consultationID string, e entry, late bool) error
}

func (s *Store) followerOf(k kind) follower {
	switch k {
	case kindReply:
		return follower{s.actedBy("replies"), s.followArrival}
	case kindIdea:
		return follower{s.actedBy("ideas"), s.followArrival}
	case kindNumbered:
		return follower{s.actedBy("ideas"), s.followNumbered}
	case kindEditReply:
		return follower{s.actedBy("replies"), s.followEdit}
	case kindEditIdea:
		return follower{s.actedBy("ideas"), s.followEdit}
	case kindRemove:
		return follower{s.removalPlanned, s.followRemoval}
	case kindVote:
		return follower{s.voteActed, s.followVote}
	case kindLink:
		return follower{s.actedBy("links"), s.followLink}
	case kindDecide:
		return follower{s.actedBy("decisions"), s.followDecision}
	case kindResponse:
		return follower{s.actedBy("responses"), s.followResponse}
	case kindTexts:
		return follower{always, s.followTexts}
	case kindImport:
		return follower{always, s.followImport}
	}
	return follower{never, s.dropSeal}
}

// actedBy looks for the operation's name in the document that it is about.
func (s *Store) actedBy(coll string) func(context.Context, string, entry) (bool, error) {
	return func(ctx context.Context, _ string, e entry) (bool, error) {
		return s.has(ctx, coll, eq("_id", e.Ref, "op", e.Op))
	}
}

func always(context.Context, string, entry) (bool, error) { return true, nil }

func never(context.Context, string, entry) (bool, error) { return false, nil }

// follow does what follows from an act that is done.
func (s *Store) follow(ctx context.Context, consultationID string, e entry, late bool) error {
	return s.followerOf(e.Kind).follow(ctx, consultationID, e, late)
}

// resolve does for an entry what its program has left undone: it follows an act that
// is done; one that is not, and cannot be any more, it takes out.
func (s *Store) resolve(ctx context.Context, consultationID string, e entry, now time.Time) error {
	f := s.followerOf(e.Kind)
	done, err := f.acted(ctx, consultationID, e)
	switch {
	case err != nil:
		return err
	case done:
		return f.follow(ctx, consultationID, e, true)
	case now.Before(e.Until), !s.clock.steady():
		return nil
	case e.Kind == kindSeal:
		return f.follow(ctx, consultationID, e, true)
	}
	return s.complete(ctx, consultationID, e.Op, nil, nil)
}
