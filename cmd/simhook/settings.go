package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"simhook/batch"
	"simhook/cmd/simhook/internal/config"
	"simhook/report"
)

// settings reads the options of a command: the command line beats the environment, which beats the settings
// file, which beats the default. The first
// bad value is kept as err. After it no value that was read may be used.
type settings struct {
	c     *cli.Context
	given config.Given
	err   error
}

func (p *program) settings(c *cli.Context) *settings {
	return &settings{c: c, given: config.Given{Env: p.env, File: p.file, Command: c.Command.Name}}
}

// readSettings reads the settings file. Its error is a *settingError.
func (p *program) readSettings(app *cli.App, options []string) (err error) {
	known := map[string][]string{}
	for _, command := range app.Commands {
		for _, flag := range command.Flags {
			known[command.Name] = append(known[command.Name], flag.Names()[0])
		}
	}
	chosen := map[string]string{}
	for _, name := range []string{"config", "profile"} {
		chosen[name], _ = p.env(config.Variable(name))
		for _, option := range options {
			if value, is := strings.CutPrefix(option, "--"+name+"="); is {
				chosen[name] = value
			}
		}
	}
	if p.file, err = config.Open(chosen["config"], chosen["profile"], p.folders, known); err != nil {
		return settingf("%v", err)
	}
	return nil
}

// The sources of a value. A greater one beats a lesser one.
const (
	byDefault     = config.Default
	byFile        = config.FromFile
	byEnvironment = config.Environment
	byOption      = config.Option
)

// variable reads an environment variable. An empty one counts as none.
func (s *settings) variable(name string) (string, bool) {
	value, _ := s.given.Env(name)
	return value, value != ""
}

func (s *settings) source(option string) config.Source {
	if s.c.IsSet(option) {
		return byOption
	}
	_, from := s.given.Lookup(option)
	return from
}

func (s *settings) text(option string) string {
	if !s.c.IsSet(option) {
		if value, from := s.given.Lookup(option); from > byDefault {
			return value
		}
	}
	return s.c.String(option)
}

func (s *settings) enabled(option string) bool {
	if from := s.source(option); from == byOption || from == byDefault {
		return s.c.Bool(option)
	}
	on, err := strconv.ParseBool(s.text(option))
	if err != nil {
		s.refuse(option, "use true or false")
	}
	return on
}

func (s *settings) number(option string, least, most int) int {
	n, err := strconv.Atoi(s.text(option))
	if err != nil || n < least || n > most {
		s.refuse(option, "use a number from "+report.Thousands(least)+" to "+report.Thousands(most))
	}
	return n
}

// duration is above zero, or zero where the option has no default and is not given.
func (s *settings) duration(option string) time.Duration {
	if s.text(option) == "" {
		return 0
	}
	d, err := time.ParseDuration(s.text(option))
	if err != nil || d <= 0 {
		s.refuse(option, "use a time such as 90s, 5m or 2h30m")
	}
	return d
}

// share reads a percentage. It is from 0 to 1.
func (s *settings) share(option string) float64 {
	percent, err := batch.ParsePercent(s.text(option))
	s.check(option, err)
	return percent / 100
}

func (s *settings) choice(option string, known ...string) string {
	value := s.text(option)
	if !slices.Contains(known, value) {
		s.refuse(option, "use "+strings.Join(known, " or "))
	}
	return value
}

// refuse makes an error that names the option or variable with its value.
func (s *settings) refuse(option, advice string) {
	s.fail(option, strconv.Quote(s.text(option))+": "+advice)
}

// fail makes an error that names the option or variable without its value.
func (s *settings) fail(option, text string) {
	if s.err != nil {
		return
	}
	name := "--" + option
	if from := s.source(option); from == byEnvironment || from == byFile {
		name = s.given.Place(option)
	}
	s.err = usagef("%s: %s", name, text)
}

// check keeps the error of parsing an option's value, if there is one.
func (s *settings) check(option string, err error) {
	if err != nil {
		s.fail(option, err.Error())
	}
}
