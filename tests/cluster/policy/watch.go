package main

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"

	"shopkeeper.dev/cluster/policy/rules"
)

// source is the cluster as it is known here.
type source struct {
	// changed holds a token if something changed since it was last taken.
	changed <-chan struct{}
	// synced waits for the first full picture, and is false if the context ended before.
	synced func() bool
	// cluster is the picture of now.
	cluster func() rules.Cluster
}

// watch keeps a copy of what policies depend on, until the context ends.
func watch(ctx context.Context, client kubernetes.Interface) source {
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithTransform(withoutManagedFields))
	pods := factory.Core().V1().Pods()
	namespaces := factory.Core().V1().Namespaces()
	policies := factory.Networking().V1().NetworkPolicies()

	changed := make(chan struct{}, 1)
	notice := func(any) {
		select {
		case changed <- struct{}{}:
		default: // A token lies there already.
		}
	}
	handlers := cache.ResourceEventHandlerFuncs{
		AddFunc:    notice,
		UpdateFunc: func(_, now any) { notice(now) },
		DeleteFunc: notice,
	}
	informed := []cache.SharedIndexInformer{pods.Informer(), namespaces.Informer(), policies.Informer()}
	var synced []cache.InformerSynced
	for _, informer := range informed {
		// It fails only for an informer that was stopped, and these are new.
		if _, err := informer.AddEventHandler(handlers); err != nil {
			panic(err)
		}
		synced = append(synced, informer.HasSynced)
	}
	factory.Start(ctx.Done())
	return source{
		changed: changed,
		synced:  func() bool { return cache.WaitForCacheSync(ctx.Done(), synced...) },
		cluster: func() rules.Cluster {
			return rules.Cluster{
				Pods:       everything[*corev1.Pod](pods.Informer()),
				Namespaces: everything[*corev1.Namespace](namespaces.Informer()),
				Policies:   everything[*networkingv1.NetworkPolicy](policies.Informer()),
			}
		},
	}
}

// everything that an informer holds, in no order.
func everything[T any](informer cache.SharedIndexInformer) []T {
	var all []T
	for _, object := range informer.GetStore().List() {
		all = append(all, object.(T))
	}
	return all
}

// withoutManagedFields saves memory: nobody here reads them.
func withoutManagedFields(object any) (any, error) {
	if accessor, err := meta.Accessor(object); err == nil {
		accessor.SetManagedFields(nil)
	}
	return object, nil
}
