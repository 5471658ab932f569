package blob

import (
	"os"
	"syscall"
)

// startWriting asks the system to begin writing a part of a file to disk and
// does not wait for it, so that the sync at the end finds little left to do.
// It is advice: a file system that cannot take it writes everything then.
func startWriting(f *os.File, from, n int64) {
	const rangeWrite = 2 // SYNC_FILE_RANGE_WRITE
	_ = syscall.SyncFileRange(int(f.Fd()), from, n, rangeWrite)
}
