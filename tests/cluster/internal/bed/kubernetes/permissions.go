package kubernetes

// Object is an object of the cluster, and the path under which the API server has it.
type Object struct {
	Path string
	Body map[string]any
}

// Permissions let the bed's own programs read what they need; those of Kubernetes have theirs from the API server.
func Permissions() []Object {
	const name = "shopkeeper-network-policy"
	const group = "rbac.authorization.k8s.io"
	const path = "/apis/" + group + "/v1/"
	read := []string{"get", "list", "watch"}
	return []Object{
		{path + "clusterroles/" + name, object{
			"apiVersion": group + "/v1", "kind": "ClusterRole", "metadata": object{"name": name},
			"rules": []object{
				{"apiGroups": []string{""}, "resources": []string{"pods", "namespaces"}, "verbs": read},
				{"apiGroups": []string{"networking.k8s.io"}, "resources": []string{"networkpolicies"}, "verbs": read},
			},
		}},
		{path + "clusterrolebindings/" + name, object{
			"apiVersion": group + "/v1", "kind": "ClusterRoleBinding", "metadata": object{"name": name},
			"roleRef":  object{"apiGroup": group, "kind": "ClusterRole", "name": name},
			"subjects": []object{{"apiGroup": group, "kind": "User", "name": PolicyUser}},
		}},
	}
}
