package kubernetes

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"shopkeeper.dev/cluster/internal/bed/layout"
)

func bedAndKeys(t *testing.T) (layout.Layout, Keys) {
	t.Helper()
	bed, err := layout.New(1, t.TempDir(), 2)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := MakeKeys(bed, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return bed, keys
}

func TestEverySettingThatIsNamedIsWritten(t *testing.T) {
	bed, keys := bedAndKeys(t)
	node := bed.Nodes[0]
	for _, machine := range []struct {
		files     Files
		processes []Process
	}{
		{ControlPlaneFiles(bed, keys), []Process{Etcd(), APIServer(bed), ControllerManagerOf(bed), SchedulerOf(bed), ProxyOf()}},
		{NodeFiles(bed, keys, node), []Process{ContainerdOf(), KubeletOf(node), ProxyOf(), PolicyOf(node)}},
	} {
		var text strings.Builder
		for _, content := range machine.files {
			text.Write(append(content, '\n'))
		}
		for _, process := range machine.processes {
			text.WriteString(strings.Join(process.Arguments, "\n") + "\n")
		}
		named := regexp.MustCompile(`/run/bed/settings/([a-z./-]*)`).FindAllStringSubmatch(text.String(), -1)
		if len(named) < 5 {
			t.Errorf("only %d settings are named", len(named))
		}
		for _, name := range named {
			folder := name[1] == "cni" // of which containerd reads every file
			if _, found := machine.files[name[1]]; !found && !folder {
				t.Errorf("%s is named, but not written", name[1])
			}
		}
	}
}

func TestANodeGetsNoKeyButItsOwn(t *testing.T) {
	bed, keys := bedAndKeys(t)
	for name, content := range NodeFiles(bed, keys, bed.Nodes[0]) {
		for _, secret := range [][]byte{
			keys.Cluster.Key, keys.Front.Key, keys.ServiceAccounts.Key, keys.Users[Admin].Key, keys.Users[bed.Nodes[1].Name].Key,
		} {
			if strings.Contains(string(content), string(secret)) {
				t.Errorf("%s has a key of somebody else", name)
			}
		}
	}
}

func TestAKubeconfigNeedsNoOtherFile(t *testing.T) {
	bed, keys := bedAndKeys(t)
	var config struct {
		Clusters []struct {
			Cluster struct {
				Server    string `json:"server"`
				Authority []byte `json:"certificate-authority-data"`
			} `json:"cluster"`
		} `json:"clusters"`
		Users []struct {
			User struct {
				Certificate []byte `json:"client-certificate-data"`
				Key         []byte `json:"client-key-data"`
			} `json:"user"`
		} `json:"users"`
	}
	if err := json.Unmarshal(Kubeconfig(bed, keys, Admin), &config); err != nil {
		t.Fatal(err)
	}
	cluster, user := config.Clusters[0].Cluster, config.Users[0].User
	if cluster.Server != "https://10.201.0.1:6443" || string(cluster.Authority) != string(keys.Cluster.Certificate) {
		t.Errorf("the cluster is %+v", cluster)
	}
	if string(user.Certificate) != string(keys.Users[Admin].Certificate) || string(user.Key) != string(keys.Users[Admin].Key) {
		t.Error("the user is not the administrator")
	}
}

func TestNothingListensOnAllAddresses(t *testing.T) {
	bed, keys := bedAndKeys(t)
	for _, process := range []Process{Etcd(), APIServer(bed), ControllerManagerOf(bed), SchedulerOf(bed)} {
		own := slices.ContainsFunc(process.Arguments, func(argument string) bool {
			return argument == "--bind-address=10.201.0.1" || argument == "--bind-address=127.0.0.1" || argument == "--listen-client-urls=http://127.0.0.1:2379"
		})
		if !own {
			t.Errorf("%s does not say where it listens", process.Name)
		}
	}
	for _, name := range []string{"kubelet.json", "proxy.json"} {
		if content := NodeFiles(bed, keys, bed.Nodes[0])[name]; !strings.Contains(string(content), `ddress": "10.201.0.11"`) {
			t.Errorf("%s does not say that it listens on the node's address:\n%s", name, content)
		}
	}
}

func TestEveryProgramThatIsStartedIsLinked(t *testing.T) {
	bed, _ := bedAndKeys(t)
	for _, process := range []Process{
		Etcd(), APIServer(bed), ControllerManagerOf(bed), SchedulerOf(bed), ProxyOf(), ContainerdOf(), KubeletOf(bed.Nodes[0]), PolicyOf(bed.Nodes[0]),
	} {
		if Links[process.Arguments[0]] == "" {
			t.Errorf("%s is not among the programs", process.Arguments[0])
		}
	}
}
