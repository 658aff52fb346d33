package config

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"
)

// Report is the settings in force.
type Report struct {
	File     string    `json:"file"`    // "": none
	Profile  string    `json:"profile"` // "": none
	Profiles []string  `json:"profiles"`
	Settings []Setting `json:"settings"`
}

// Setting is a value in force, and where it comes from.
type Setting struct {
	Option string `json:"option"`
	Value  string `json:"value"`
	From   string `json:"from"`
}

// hidden stands for a secret.
const hidden = "***"

// InForce are the settings that commands would use. The defaults are among them where that is asked for. Of a secret it says
// only that there is one.
func InForce(commands []*cli.Command, env func(string) (string, bool), file *File, defaults bool) Report {
	r := Report{Profiles: []string{}, Settings: []Setting{}}
	if file != nil {
		r.File, r.Profile, r.Profiles = file.Path, file.Profile, append(r.Profiles, file.Profiles()...)
	}
	for _, command := range commands {
		given := Given{Env: env, File: file, Command: command.Name}
		for _, flag := range command.Flags {
			if visible, may := flag.(cli.VisibleFlag); may && !visible.IsVisible() {
				continue
			}
			option := flag.Names()[0]
			value, from := given.Lookup(option)
			if from == Default {
				value = initial(flag)
			}
			setting := Setting{option, value, given.Place(option)}
			if (defaults || from != Default) && !slices.Contains(r.Settings, setting) {
				r.Settings = append(r.Settings, setting)
			}
		}
	}
	for _, secret := range [][2]string{
		{"client-secret", Variable("client-secret")}, {"access-token", Variable("access-token")}, {"access-token", "ACCESS_TOKEN"},
	} {
		if value, _ := env(secret[1]); value != "" {
			r.Settings = append(r.Settings, Setting{secret[0], hidden, secret[1]})
		}
	}
	return r
}

// initial is the default of an option as it would be typed, or words for it.
func initial(flag cli.Flag) string {
	switch flag := flag.(type) {
	case *cli.BoolFlag:
		return fmt.Sprint(flag.Value)
	case *cli.StringFlag:
		if flag.Value != "" {
			return flag.Value
		}
		return flag.DefaultText
	}
	return ""
}

// Text is the report for people.
func (r Report) Text() string {
	var text strings.Builder
	switch {
	case r.File == "":
		text.WriteString("settings file: none\n")
	case r.Profile == "":
		fmt.Fprintf(&text, "settings file: %s, no profile (it has: %s)\n", r.File, orNone(r.Profiles))
	default:
		fmt.Fprintf(&text, "settings file: %s, profile %s (it has: %s)\n", r.File, r.Profile, orNone(r.Profiles))
	}
	if len(r.Settings) == 0 {
		text.WriteString("nothing is set: simhook config COMMAND shows the defaults\n")
		return text.String()
	}
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, s := range r.Settings {
		fmt.Fprintf(table, "%s\t%s\t%s\n", s.Option, s.From, plain(s.Value))
	}
	_ = table.Flush() // a Builder takes all
	lines := strings.Split(text.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// plain is a value in one line of printable signs.
func plain(value string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, value)
}
