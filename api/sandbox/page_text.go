package sandbox

// pageText is the template of the page. Its data is an overview.
const pageText = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="2">
<title>simhook sandbox</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 2em; color: #222; }
table { border-collapse: collapse; margin: 0 0 2em; }
th, td { text-align: left; padding: .15em 1em .15em 0; border-bottom: 1px solid #ddd; }
code { font-size: 13px; }
</style>
</head>
<body>
<h1>simhook sandbox</h1>
<p>{{time .Now}}. A Connect API in memory; <a href="/sandbox/stats">all its figures</a>. This page reloads every 2 s.</p>

<h2>Webhooks registered: {{.Stats.Registrations}}</h2>
{{if .Registrations}}<table>
<tr><th>SIM</th>{{range .Types}}<th>{{.}}</th>{{end}}</tr>
{{range .Registrations}}<tr><td><code>{{.ICCID}}</code></td>{{range .URLs}}<td>{{with .}}<code>{{url .}}</code>{{end}}</td>{{end}}</tr>
{{end}}</table>
{{else}}<p>None yet.</p>
{{end}}
<h2>Notifications: {{with .Stats.Notifications}}{{.Delivered}} of {{.Created}} delivered, {{.Withdrawn}} withdrawn, {{.GivenUp}} given up; attempts: {{.Attempts}}{{end}}</h2>
{{if .Deliveries}}<table>
<tr><th>time</th><th>ID</th><th>type</th><th>SIM</th><th>webhook</th><th>attempts</th><th>state</th><th>last answer</th></tr>
{{range .Deliveries}}<tr><td>{{time .CreatedAt}}</td><td><code>{{.Notification.ID}}</code></td><td>{{.Notification.Type}}</td><td><code>{{.Notification.ICCID}}</code></td><td>{{with .WebhookURL}}<code>{{url .}}</code>{{end}}</td><td>{{.Attempts}}</td><td>{{.State}}</td><td>{{.Outcome}}</td></tr>
{{end}}</table>
{{else}}<p>None yet. <code>simhook sandbox --notify 5s</code> sends them, and so does
<code>POST /sandbox/sims/{iccid}/notifications/{type}</code> for one SIM.</p>
{{end}}
<h2>Calls: {{range $method, $n := .Stats.Calls}}{{$n}} {{$method}} {{else}}none yet{{end}}</h2>
{{if .Calls}}<table>
<tr><th>time</th><th>method</th><th>SIM</th><th>type, or what was read</th><th>status</th><th>fault</th><th>correlation ID</th></tr>
{{range .Calls}}<tr><td>{{time .At}}</td><td>{{.Method}}</td><td><code>{{.ICCID}}</code></td><td>{{.What}}</td><td>{{.Status}}</td><td>{{.Fault}}</td><td><code>{{.CorrelationID}}</code></td></tr>
{{end}}</table>
{{end}}
</body>
</html>
`
