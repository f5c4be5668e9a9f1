package mongo

import "context"

// There tells whether the database that uri names holds a store. It makes nothing.
// CodeUnavailable if it cannot be reached.
func There(ctx context.Context, uri string) (bool, error) {
	s, err := connect(uri, Options{}.filled())
	if err != nil {
		return false, err
	}
	_, there, err := s.version(ctx)
	_ = s.client.Disconnect(context.WithoutCancel(ctx))
	return there, err
}
