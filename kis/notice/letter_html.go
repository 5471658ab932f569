package notice

import (
	"html/template"
	"strings"

	"github.com/kis-platform/kis/internal/apperr"
)

// page is the letter as HTML: simple enough for every mail program, without
// pictures or anything fetched.
var page = template.Must(template.New("letter").Parse(`<!DOCTYPE html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><title>{{.Subject}}</title></head>
<body style="margin:0;padding:16px;font-family:Arial,Helvetica,sans-serif;font-size:15px;line-height:1.45;color:#1d2733">
<p>{{.Greeting}}</p>
{{range .Parts}}<h2 style="margin:20px 0 8px;font-size:17px">{{.Title}}</h2>
<ul style="margin:0;padding-left:20px">
{{range .Lines}}<li style="margin-bottom:10px"><a href="{{.Href}}" style="color:#1b5598">{{.Text}}</a>
{{if or .When .Where}}<br><span style="color:#566372">{{.When}}{{if and .When .Where}} · {{end}}{{.Where}}</span>{{end}}{{if .Late}} <b style="color:#a61b1b">{{.Late}}</b>{{end}}
{{if .Note}}<br><i>«{{.Note}}»</i>{{end}}</li>
{{end}}</ul>
{{if .More.Text}}<p><a href="{{.More.Href}}" style="color:#1b5598">{{.More.Text}}</a></p>{{end}}
{{end}}<p style="margin-top:24px;padding-top:8px;border-top:1px solid #d5dce4;font-size:13px;color:#566372">{{.Why}} <a href="{{.Settings}}" style="color:#1b5598">{{.Choose}}</a></p>
</body></html>
`))

// html is the letter as HTML.
func (l letter) html() (string, error) {
	var b strings.Builder
	err := page.Execute(&b, l)
	return b.String(), apperr.Wrap(err, "letter")
}
