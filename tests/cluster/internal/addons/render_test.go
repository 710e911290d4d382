package addons

import (
	"encoding/base64"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shopkeeper.dev/cluster/internal/bed/pki"
)

type builtForTests struct{}

func (builtForTests) Path(program string) string { return "/cache/" + program }
func (builtForTests) Tag(program string) string  { return "1.2.3-" + program }

var settingsForTests = Settings{
	DNSService:     netip.MustParseAddr("10.222.0.10"),
	IngressService: netip.MustParseAddr("10.222.0.80"),
	Authority:      []byte("authority"),
	Metrics:        pki.Pair{Certificate: []byte("metrics certificate"), Key: []byte("metrics key")},
	Public:         pki.Pair{Certificate: []byte("public certificate"), Key: []byte("public key")},
	Domain:         "bed.test",
	Replicas:       2,
}

// rendered are the documents of all stages, in their order, by the name of their manifest.
func rendered(t *testing.T) map[string][]string {
	t.Helper()
	documents := map[string][]string{}
	for _, stage := range stages {
		for _, name := range stage.manifests {
			text, err := render(name, settingsForTests, builtForTests{}, "3.10.0")
			if err != nil {
				t.Fatal(err)
			}
			documents[name] = strings.Split(string(text), "\n---\n")
		}
	}
	return documents
}

func TestEveryManifestIsAppliedAndFilledIn(t *testing.T) {
	entries, err := manifests.ReadDir("manifests")
	if err != nil {
		t.Fatal(err)
	}
	all := rendered(t)
	for _, entry := range entries {
		if _, applied := all[entry.Name()]; !applied {
			t.Errorf("%s is in no stage", entry.Name())
		}
	}
	for name, documents := range all {
		for _, document := range documents {
			if !strings.Contains(document, "apiVersion: ") || !strings.Contains(document, "\nkind: ") {
				t.Errorf("%s has a document that is no object:\n%s", name, document)
			}
			if strings.Contains(document, "{{") || strings.Contains(document, "<no value>") {
				t.Errorf("%s is not filled in:\n%s", name, document)
			}
		}
	}
}

func TestTheServicesHaveTheAddressesOfTheBedAndTheSecretsItsCertificates(t *testing.T) {
	all := rendered(t)
	for name, wanted := range map[string]string{
		"dns.yaml":     "clusterIP: 10.222.0.10",
		"ingress.yaml": "clusterIP: 10.222.0.80",
		"metrics.yaml": base64.StdEncoding.EncodeToString([]byte("metrics key")),
		"gateway.yaml": base64.StdEncoding.EncodeToString([]byte("public certificate")),
	} {
		if !strings.Contains(strings.Join(all[name], "\n"), wanted) {
			t.Errorf("%s has no %q", name, wanted)
		}
	}
}

func TestEveryImageOfAManifestIsOneThatTheBedMakesAndIsNeverPulled(t *testing.T) {
	names := map[string]bool{}
	for _, one := range images {
		names[one.name(builtForTests{})] = true
	}
	reference := regexp.MustCompile(`(?m)^\s*image: (\S+)\n\s*imagePullPolicy: (\S+)$`)
	used := 0
	for name, documents := range rendered(t) {
		text := strings.Join(documents, "\n---\n")
		found := reference.FindAllStringSubmatch(text, -1)
		if len(found) != strings.Count(text, " image: ") {
			t.Errorf("%s has an image without a pull policy beside it", name)
		}
		for _, match := range found {
			used++
			if !names[match[1]] || match[2] != "Never" {
				t.Errorf("%s uses %s with policy %s", name, match[1], match[2])
			}
		}
	}
	if used < 6 {
		t.Errorf("only %d images are used", used)
	}
}

func TestAPodIsMadeAnewWhenItsSettingsChange(t *testing.T) {
	fingerprint := regexp.MustCompile(`shopkeeper.dev/settings: "([0-9a-f]{12})"`)
	of := func(settings Settings) string {
		text, err := render("metrics.yaml", settings, builtForTests{}, "3.10.0")
		if err != nil {
			t.Fatal(err)
		}
		match := fingerprint.FindSubmatch(text)
		if match == nil {
			t.Fatal("the pod has no fingerprint")
		}
		return string(match[1])
	}
	changed := settingsForTests
	changed.Metrics.Key = []byte("another key")
	if of(settingsForTests) != of(settingsForTests) || of(settingsForTests) == of(changed) {
		t.Error("the fingerprint does not tell whether the settings are the same")
	}
}

func TestNoAddOnMayDoEverythingInTheWholeCluster(t *testing.T) {
	for name, documents := range rendered(t) {
		for _, document := range documents {
			if strings.Contains(document, "kind: ClusterRole\n") && strings.Contains(document, `"*"`) {
				t.Errorf("%s:\n%s", name, document)
			}
			if strings.Contains(document, "cluster-admin") {
				t.Errorf("%s makes an add-on the administrator:\n%s", name, document)
			}
		}
	}
}

func TestAnImageIsCalledByItsProgramsTagUnlessOthersKnowItByAFixedOne(t *testing.T) {
	for program, wanted := range map[string]string{
		"pause": "localhost/pause:1", "probe": "localhost/probe:1", "coredns": "localhost/coredns:1.2.3-coredns",
	} {
		index := slices.IndexFunc(images, func(one imageOf) bool { return one.program == program })
		if index < 0 || images[index].name(builtForTests{}) != wanted {
			t.Errorf("%s is not called %s", program, wanted)
		}
	}
}
