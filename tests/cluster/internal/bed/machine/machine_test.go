package machine

import "testing"

func TestAnInitIsRecognisedByItsArgumentsAndByNothingElse(t *testing.T) {
	own := "/proc/self/exe\x00" + Init + "\x00" + Spec{Name: "sk1-n1", Hostname: "n1"}.argument() + "\x00"
	other := "/proc/self/exe\x00" + Init + "\x00" + Spec{Name: "sk2-n1", Hostname: "n1"}.argument() + "\x00"
	if !isInit([]byte(own), "sk1-") {
		t.Errorf("%q is an init of bed 1", own)
	}
	for _, stranger := range []string{
		"", other, "grep\x00" + Init + "\x00sk1-n1\x00", "/proc/self/exe\x00" + Init + "\x00", "vi\x00" + own, own + "more\x00",
	} {
		if isInit([]byte(stranger), "sk1-") {
			t.Errorf("%q is no init of bed 1", stranger)
		}
	}
}
