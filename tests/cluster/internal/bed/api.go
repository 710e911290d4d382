package bed

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"shopkeeper.dev/cluster/internal/bed/kubernetes"
	"shopkeeper.dev/cluster/internal/bed/layout"
)

// api asks the bed's API server, as its administrator.
type api struct {
	server string
	client *http.Client
}

func newAPI(bed layout.Layout) (*api, error) {
	authority, err := os.ReadFile(filepath.Join(bed.Keys(), "cluster.crt"))
	if err != nil {
		return nil, fmt.Errorf("the bed has no keys yet; `bed up` makes them: %w", err)
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(bed.Keys(), kubernetes.Admin+".crt"), filepath.Join(bed.Keys(), kubernetes.Admin+".key"))
	if err != nil {
		return nil, fmt.Errorf("read the administrator's key: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}}
	return &api{bed.APIServer(), &http.Client{Transport: transport, Timeout: 5 * time.Second}}, nil
}

// get reads an answer of JSON; into may be nil.
func (api *api) get(ctx context.Context, path string, into any) error {
	return api.do(ctx, http.MethodGet, path, "", nil, into)
}

// apply makes an object what it is to be (server-side apply); the path is the object's own.
func (api *api) apply(ctx context.Context, path string, object any) error {
	body, err := json.Marshal(object)
	if err != nil {
		return err
	}
	return api.do(ctx, http.MethodPatch, path+"?fieldManager=bed&force=true", "application/apply-patch+yaml", body, nil)
}

func (api *api) do(ctx context.Context, method, path, kind string, body []byte, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, api.server+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	response, err := api.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, text)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}
