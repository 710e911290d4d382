package pki

import (
	"crypto/tls"
	"crypto/x509"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestACertificateIsForItsNamesAddressesUserAndGroups(t *testing.T) {
	authority, err := NewAuthority("cluster", now)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := authority.Issue(Subject{
		User: "system:node:n1", Groups: []string{"system:nodes"},
		Names: []string{"n1"}, Addresses: []netip.Addr{netip.MustParseAddr("10.201.0.11")},
	}, now)
	if err != nil {
		t.Fatal(err)
	}
	both, err := tls.X509KeyPair(pair.Certificate, pair.Key)
	if err != nil {
		t.Fatalf("the key is not the certificate's: %v", err)
	}
	certificate := both.Leaf
	if certificate.Subject.CommonName != "system:node:n1" || len(certificate.Subject.Organization) != 1 || certificate.Subject.Organization[0] != "system:nodes" {
		t.Errorf("it is for %v", certificate.Subject)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority.Certificate)
	verify := func(name string, when time.Time, usage x509.ExtKeyUsage) error {
		_, err := certificate.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: when, KeyUsages: []x509.ExtKeyUsage{usage}})
		return err
	}
	for _, name := range []string{"n1", "10.201.0.11"} {
		if err := verify(name, now, x509.ExtKeyUsageServerAuth); err != nil {
			t.Errorf("as server %s: %v", name, err)
		}
	}
	if err := verify("", now, x509.ExtKeyUsageClientAuth); err != nil {
		t.Errorf("as a client: %v", err)
	}
	if verify("n2", now, x509.ExtKeyUsageServerAuth) == nil {
		t.Error("it is good for another server")
	}
	if verify("n1", now.Add(lifetime+time.Hour), x509.ExtKeyUsageServerAuth) == nil {
		t.Error("it never ends")
	}
}

func TestWhatIsStoredIsMadeOnce(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "keys")
	first, err := Stored(folder, "cluster", now)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Stored(folder, "cluster", now.Add(time.Hour))
	if err != nil || string(again.Certificate) != string(first.Certificate) {
		t.Errorf("another authority was made: %v", err)
	}
	if _, err := again.Issue(Subject{User: "admin"}, now); err != nil {
		t.Errorf("the stored authority does not sign: %v", err)
	}
	info, err := os.Stat(filepath.Join(folder, "cluster.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file is %v, %v", info.Mode(), err)
	}
}

func TestAPairThatWasHalfWrittenIsMadeAnew(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "cluster.key"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Stored(folder, "cluster", now); err != nil {
		t.Error(err)
	}
}
