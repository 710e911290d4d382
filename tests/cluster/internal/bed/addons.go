package bed

import (
	"context"
	"slices"
	"time"

	"shopkeeper.dev/cluster/internal/addons"
	"shopkeeper.dev/cluster/internal/bed/layout"
	"shopkeeper.dev/cluster/internal/bed/pki"
	"shopkeeper.dev/cluster/internal/build"
)

// Domain is what the bed's shared Gateway has a certificate for: any name directly below it.
const Domain = "bed.test"

// addOns makes sure of what the cluster has besides Kubernetes, whose images its nodes have, and waits until it serves.
func (bed *Bed) addOns(ctx context.Context, binaries build.Binaries) error {
	settings, err := bed.addOnSettings(time.Now())
	if err != nil {
		return err
	}
	return addons.Install(ctx, binaries, bed.Kubeconfig(), settings, bed.progress.say)
}

// loadMissing loads the images that the node does not have, or may have with other content, and tells how many.
func (bed *Bed) loadMissing(ctx context.Context, node layout.Machine, archives []addons.Archive) (loaded int, err error) {
	if len(archives) == 0 {
		return 0, nil
	}
	present, err := bed.imageNames(ctx, node)
	if err != nil {
		return 0, err
	}
	for _, archive := range archives {
		if !archive.Fixed && slices.Contains(present, archive.Name) {
			continue
		}
		if err := bed.loadImage(ctx, node, archive.File); err != nil {
			return loaded, err
		}
		loaded++
	}
	return loaded, nil
}

// addOnSettings says where the add-ons are, and gives them the certificates that others know them by.
func (bed *Bed) addOnSettings(now time.Time) (addons.Settings, error) {
	authority, err := pki.Stored(bed.Keys(), "cluster", now)
	if err != nil {
		return addons.Settings{}, err
	}
	settings := addons.Settings{
		DNSService:     bed.DNSService,
		IngressService: bed.IngressService,
		Authority:      authority.Certificate,
		Domain:         Domain,
		Replicas:       len(bed.Nodes),
	}
	for file, pair := range map[string]struct {
		into  *pki.Pair
		names []string
	}{
		"metrics-server": {&settings.Metrics, []string{"metrics-server.kube-system.svc"}},
		"public":         {&settings.Public, []string{"*." + Domain, Domain}},
	} {
		*pair.into, err = pki.StoredPair(bed.Keys(), file, func() (pki.Pair, error) {
			return authority.Issue(pki.Subject{User: file, Names: pair.names}, now)
		})
		if err != nil {
			return settings, err
		}
	}
	return settings, nil
}
