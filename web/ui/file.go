package ui

// FileIcon is the icon of a file by its content type.
func FileIcon(contentType string) string {
	switch contentType {
	case "application/pdf":
		return "file-type-pdf"
	case "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		return "file-spreadsheet"
	case "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
		return "file-type-docx"
	case "application/zip":
		return "file-zip"
	}
	return "file"
}

// Hash is a fingerprint short enough to compare by eye: 9f3c1b7e…a71e.
func Hash(sha string) string {
	if len(sha) < 16 {
		return sha
	}
	return sha[:8] + "…" + sha[len(sha)-4:]
}
