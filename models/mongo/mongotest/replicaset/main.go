// Command replicaset starts a MongoDB replica set on loopback for tests, prints its
// address, and takes it down when it is interrupted or told to end (SIGTERM).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"folkmoot/models/mongo/mongotest"
)

func main() {
	members := flag.Int("members", 1, "`number` of members")
	dir := flag.String("dir", "", "`folder` for data and logs (default: a temporary one, which is removed)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, *dir, *members)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "replicaset:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string, members int) (err error) {
	if dir == "" {
		if dir, err = os.MkdirTemp("", "folkmoot-mongodb-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	mongod, err := mongotest.Mongod()
	if err != nil {
		return err
	}
	set, err := mongotest.StartReplicaSet(ctx, mongod, dir, members)
	if err != nil {
		return err
	}
	fmt.Println(set.URI())
	<-ctx.Done()
	return set.Stop()
}
