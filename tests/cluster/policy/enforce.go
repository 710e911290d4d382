package main

import (
	"context"
	"log"
	"time"

	"sigs.k8s.io/knftables"

	"shopkeeper.dev/cluster/policy/rules"
)

const (
	// settle is how long a change waits for the others that come with it: a rollout is many.
	settle = 50 * time.Millisecond
	// retry is how long a refused transaction waits.
	retry = time.Second
	// renew is how often the rules are written even if nothing changed: somebody else may have removed them.
	renew = 30 * time.Second
)

// enforce keeps the firewall as the policies say, until the context ends. Before the first full picture of
// the cluster it changes nothing: what an earlier run wrote goes on.
func enforce(ctx context.Context, from source, node string, firewall knftables.Interface) error {
	if !from.synced() {
		return nil
	}
	written, renewing := "", true
	for {
		isolated := rules.Decide(from.cluster(), node)
		transaction := firewall.NewTransaction()
		rules.Replace(transaction, isolated)
		wanted, next := transaction.String(), renew
		if renewing || wanted != written {
			if err := firewall.Run(ctx, transaction); err != nil {
				log.Printf("the rules stay as they were: %v", err)
				next = retry
			} else if wanted != written {
				log.Printf("%d pods of %s are isolated", len(isolated), node)
				written = wanted
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(next):
			renewing = true
		case <-from.changed:
			renewing = false
			time.Sleep(settle)
		}
	}
}
