package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"simhook/batch"
	"simhook/report"
)

// settings reads the options of a command: the command line beats the environment, which beats the default. The first
// bad value is kept as err. After it no value that was read may be used.
type settings struct {
	c   *cli.Context
	env func(string) (string, bool)
	err error
}

func (p *program) settings(c *cli.Context) *settings { return &settings{c: c, env: p.env} }

// source is where a value comes from. A greater one beats a lesser one.
type source int

const (
	byDefault source = iota
	byEnvironment
	byOption
)

// envName is the environment variable of an option: SIMHOOK_WEBHOOK_URL for webhook-url.
func envName(option string) string {
	return "SIMHOOK_" + strings.ToUpper(strings.ReplaceAll(option, "-", "_"))
}

// variable reads an environment variable. An empty one counts as none.
func (s *settings) variable(name string) (string, bool) {
	value, _ := s.env(name)
	return value, value != ""
}

func (s *settings) source(option string) source {
	if s.c.IsSet(option) {
		return byOption
	}
	if _, set := s.variable(envName(option)); set {
		return byEnvironment
	}
	return byDefault
}

func (s *settings) text(option string) string {
	if s.source(option) == byEnvironment {
		value, _ := s.variable(envName(option))
		return value
	}
	return s.c.String(option)
}

func (s *settings) enabled(option string) bool {
	if s.source(option) != byEnvironment {
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
	if err != nil {
		s.refuse(option, "use a percentage from 0% to 100%")
	}
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
	if s.source(option) == byEnvironment {
		name = envName(option)
	}
	s.err = usagef("%s: %s", name, text)
}

// check keeps the error of parsing an option's value, if there is one.
func (s *settings) check(option string, err error) {
	if err != nil {
		s.fail(option, err.Error())
	}
}
