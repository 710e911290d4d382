package addons

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"text/template"

	"shopkeeper.dev/cluster/internal/bed/pki"
	"shopkeeper.dev/cluster/internal/build"
)

// Settings are the add-ons' places in a bed.
type Settings struct {
	// DNSService and IngressService are the fixed addresses of two Services.
	DNSService, IngressService netip.Addr
	// Authority is the certificate, PEM, by which the API server knows Metrics.
	Authority []byte
	// Metrics is for metrics-server.kube-system.svc, Public for any name below Domain.
	Metrics, Public pki.Pair
	// Domain is the one that the Gateway `public` has a certificate for.
	Domain string
	// Replicas is how many there are of what has to outlive a node: one on each.
	Replicas int
}

//go:embed manifests/*.yaml
var manifests embed.FS

// render fills the manifests of that name in.
func render(name string, settings Settings, built programs, prometheusRelease string) ([]byte, error) {
	text, err := manifests.ReadFile("manifests/" + name)
	if err != nil {
		return nil, err
	}
	known := map[string]string{}
	for _, one := range images {
		known[one.program] = one.name(built)
	}
	functions := template.FuncMap{
		"base64": func(content []byte) string { return base64.StdEncoding.EncodeToString(content) },
		"image": func(program string) (string, error) {
			if known[program] == "" {
				return "", fmt.Errorf("there is no image of %q", program)
			}
			return known[program], nil
		},
		// A pod does not notice that a file it was started with has changed: with this among its annotations it is
		// made anew.
		"fingerprint": func() string { return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(text, "%v", settings)))[:12] },
	}
	parsed, err := template.New(name).Funcs(functions).Option("missingkey=error").Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("manifest %s: %w", name, err)
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, struct {
		Settings
		PrometheusRelease string
	}{settings, prometheusRelease}); err != nil {
		return nil, fmt.Errorf("manifest %s: %w", name, err)
	}
	return out.Bytes(), nil
}

// definitions are the resource definitions that came with a part, one after the other.
func definitions(built build.Binaries, part string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(built.Manifests(part), "*.yaml"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("%s has no resource definitions in %s", part, built.Manifests(part))
	}
	var all bytes.Buffer
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		all.WriteString("\n---\n")
		all.Write(content)
	}
	return all.Bytes(), nil
}
