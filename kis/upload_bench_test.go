package kis_test

import (
	"bytes"
	"crypto/rand"
	"testing"

	"github.com/kis-platform/kis/internal/store/storetest"
	"github.com/kis-platform/kis/kis/kistest"
)

// BenchmarkIngest stages a file of 32 MiB as evidence: name, content type,
// hash, synced bytes, row and trail. Its MB/s stand beside those of
// BenchmarkCopyWhileHashing in internal/blob, which copies as many bytes
// without syncing them.
func BenchmarkIngest(b *testing.B) {
	data := make([]byte, 32<<20)
	if _, err := rand.Read(data); err != nil {
		b.Fatal(err)
	}
	o := kistest.NewOffice(b, storetest.Open(b))
	aytan := o.As(b.Context(), "aytan")
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		data[0]++ // other bytes each time: equal ones are kept once
		up, err := o.StageUpload(aytan, "böyük.bin", bytes.NewReader(data))
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := o.DiscardUpload(aytan, up.ID); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
