package content

import "path"

// formats are the media types of what KİS writes itself, by the ending of a name.
var formats = map[string]string{
	".csv":  "text/csv; charset=utf-8",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".ics":  "text/calendar; charset=utf-8",
	".json": "application/json; charset=utf-8",
	".pdf":  "application/pdf",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".zip":  "application/zip",
}

// OfName is the media type of a file that KİS writes under this name; empty
// for an ending that it writes nothing under. What others bring is told by
// Type alone.
func OfName(name string) string { return formats[path.Ext(name)] }
