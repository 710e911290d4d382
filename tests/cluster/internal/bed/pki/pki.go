// Package pki makes the keys and certificates of a bed. They are for tests on one machine: they last a year, and the
// authorities' keys lie beside them.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"
)

const (
	lifetime = 365 * 24 * time.Hour
	// early is how far certificates reach back, for clocks that are set back a little between two commands.
	early = time.Hour
)

// Authority signs certificates.
type Authority struct {
	Certificate []byte // PEM
	Key         []byte // PEM
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// Pair is a certificate and its key, both PEM.
type Pair struct{ Certificate, Key []byte }

// Subject is whom a certificate is for: as a client a user and groups of Kubernetes, as a server names and addresses.
type Subject struct {
	User      string
	Groups    []string
	Names     []string
	Addresses []netip.Addr
}

// NewAuthority makes an authority.
func NewAuthority(name string, now time.Time) (Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Authority{}, fmt.Errorf("make authority %s: %w", name, err)
	}
	template := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             now.Add(-early),
		NotAfter:              now.Add(lifetime),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return Authority{}, fmt.Errorf("make authority %s: %w", name, err)
	}
	return parseAuthority(encode("CERTIFICATE", der), encodeKey(key))
}

func parseAuthority(certificate, key []byte) (Authority, error) {
	authority := Authority{Certificate: certificate, Key: key}
	block, _ := pem.Decode(certificate)
	if block == nil {
		return authority, errors.New("the authority's certificate is not PEM")
	}
	var err error
	if authority.certificate, err = x509.ParseCertificate(block.Bytes); err != nil {
		return authority, fmt.Errorf("parse the authority's certificate: %w", err)
	}
	authority.key, err = parseKey(key)
	return authority, err
}

// Issue makes a key and signs a certificate for it.
func (authority Authority) Issue(subject Subject, now time.Time) (Pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, fmt.Errorf("make a key for %s: %w", subject.User, err)
	}
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: subject.User, Organization: subject.Groups},
		NotBefore:    now.Add(-early),
		NotAfter:     now.Add(lifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		DNSNames:     subject.Names,
	}
	for _, address := range subject.Addresses {
		template.IPAddresses = append(template.IPAddresses, net.IP(address.AsSlice()))
	}
	der, err := x509.CreateCertificate(rand.Reader, template, authority.certificate, key.Public(), authority.key)
	if err != nil {
		return Pair{}, fmt.Errorf("sign a certificate for %s: %w", subject.User, err)
	}
	return Pair{Certificate: encode("CERTIFICATE", der), Key: encodeKey(key)}, nil
}

// Signing makes the pair that signs and checks service accounts' tokens: here Certificate is the public key.
func Signing() (Pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Pair{}, fmt.Errorf("make the key of service accounts: %w", err)
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return Pair{}, fmt.Errorf("encode the key of service accounts: %w", err)
	}
	return Pair{Certificate: encode("PUBLIC KEY", public), Key: encodeKey(key)}, nil
}

// Stored returns the authority that lies in the folder under that name, and makes it if there is none.
func Stored(folder, name string, now time.Time) (Authority, error) {
	pair, err := StoredPair(folder, name, func() (Pair, error) {
		authority, err := NewAuthority(name, now)
		return Pair{authority.Certificate, authority.Key}, err
	})
	if err != nil {
		return Authority{}, err
	}
	return parseAuthority(pair.Certificate, pair.Key)
}

// StoredPair returns the pair that lies in the folder under that name, and makes it if there is none.
func StoredPair(folder, name string, make func() (Pair, error)) (Pair, error) {
	certificate, key := filepath.Join(folder, name+".crt"), filepath.Join(folder, name+".key")
	var pair Pair
	var err error
	if pair.Certificate, err = os.ReadFile(certificate); err == nil {
		pair.Key, err = os.ReadFile(key)
		return pair, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return pair, err
	}
	if pair, err = make(); err != nil {
		return pair, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return pair, err
	}
	// The key first: who finds a certificate finds its key.
	if err := os.WriteFile(key, pair.Key, 0o600); err != nil {
		return pair, err
	}
	partial := certificate + ".partial"
	if err := os.WriteFile(partial, pair.Certificate, 0o644); err != nil {
		return pair, err
	}
	return pair, os.Rename(partial, certificate)
}

func serial() *big.Int {
	number, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		panic(err) // the kernel's random numbers do not fail
	}
	return number
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func encodeKey(key *ecdsa.PrivateKey) []byte {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		panic(err) // only for curves that have no name
	}
	return encode("EC PRIVATE KEY", der)
}

func parseKey(text []byte) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the authority's key is not PEM")
	}
	key, err := x509.ParseECPrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("parse the authority's key: %w", err)
	}
	return key, nil
}
