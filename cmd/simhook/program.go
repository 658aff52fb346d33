package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"simhook/cmd/simhook/internal/arguments"
	"simhook/cmd/simhook/internal/build"
	"simhook/cmd/simhook/internal/config"
	"simhook/cmd/simhook/internal/environment"
	"simhook/cmd/simhook/internal/help"
	"simhook/cmd/simhook/internal/options"
	"simhook/cmd/simhook/internal/output"
)

// program is the world that commands run in. Only it knows the environment and the standard streams.
type program struct {
	env      func(string) (string, bool)
	environ  []string // NAME=value
	stdin    io.Reader
	stdout   io.Writer // data only
	console  *output.Console
	signals  <-chan os.Signal
	asked    <-chan os.Signal // ask how far a run is
	version  string
	commit   string       // that it was built from; "": not known
	args     []string     // the command line
	folders  []string     // in which a settings file is looked for
	file     *config.File // the settings file; nil: none
	terminal bool         // the console is a terminal
	canAsk   bool         // standard input is one too
	rotates  bool         // the command puts its file aside at a hangup
	attached bool         // a terminal controls the process, and ends it by a hangup
}

// run runs the command that args name, prints its error, and returns the exit code.
func (p *program) run(ctx context.Context, args []string) int {
	p.args = args
	p.console.SetLog(p.logFormat(args))
	err := p.dispatch(ctx, args)
	p.explain(err)
	return exitCode(err)
}

// dispatch runs the command. Its flag parser wants the options first.
func (p *program) dispatch(ctx context.Context, args []string) error {
	app := p.app()
	if len(args) == 0 {
		p.console.Say("%s", p.manual().Overview(p.console.Width()))
		return usagef("no command given")
	}
	switch args[0] {
	case "help":
		return p.help(args[1:])
	case "--help", "-h":
		return p.help(nil)
	case "--version", "-v", "version":
		return p.printData(app.Name + " version " + build.Text(p.version, p.commit) + "\n")
	}
	command := app.Command(args[0])
	if command == nil {
		return usagef("%v", arguments.UnknownCommand(app.Commands, args[0]))
	}
	given, files, err := arguments.Arrange(command.Flags, args[1:])
	if err != nil {
		return in(command.Name, usagef("%v", err))
	}
	if all := slices.Equal(given, []string{arguments.HelpAll}); all || slices.Equal(given, []string{arguments.Help}) {
		return p.printData(p.manual().Command(command, p.console.Width(), all))
	}
	if err := p.checkEnvironment(app.Commands); err != nil {
		return in(command.Name, err)
	}
	if len(command.Flags) > 0 {
		if err := p.readSettings(app, given); err != nil {
			return err
		}
		p.console.SetLog(p.logFormat(args))
	}
	arranged := append([]string{app.Name, command.Name}, given...)
	err = app.RunContext(ctx, append(append(arranged, "--"), files...))
	return in(command.Name, err)
}

func (p *program) app() *cli.App {
	app := &cli.App{
		Name:            "simhook",
		Usage:           "notification webhooks for fleets of SIMs",
		UsageText:       "simhook COMMAND [options] [file]",
		Description:     help.Program,
		Version:         p.version,
		HideHelpCommand: true,
		Reader:          p.stdin,
		Writer:          p.stdout,
		ErrWriter:       p.console,
		ExitErrHandler:  func(*cli.Context, error) {}, // the default one calls os.Exit
		InvalidFlagAccessHandler: func(_ *cli.Context, name string) {
			panic("reading an option that is not declared: " + name)
		},
		Commands: []*cli.Command{
			p.registerCommand(), p.unregisterCommand(), p.reconcileCommand(), p.restoreCommand(), p.applyCommand(),
			p.fleetCommand(), p.statusCommand(), p.checkCommand(), p.reportCommand(), p.listenCommand(), p.sandboxCommand(),
			p.configCommand(), p.completionCommand(), p.manCommand(),
		},
	}
	for _, command := range app.Commands {
		if len(command.Flags) > 0 {
			command.Flags = append(command.Flags, options.Settings()...)
		}
		command.HideHelpCommand = true // otherwise a file named "help" is taken for a command
		command.OnUsageError = func(_ *cli.Context, err error, _ bool) error {
			return &usageError{text: err.Error()}
		}
	}
	return app
}

// checkEnvironment refuses a mistyped variable, and warns of others that no option has.
func (p *program) checkEnvironment(commands []*cli.Command) error {
	known := []string{config.Variable("client-secret"), config.Variable("access-token")}
	for _, command := range commands {
		for _, flag := range command.Flags {
			known = append(known, config.Variable(flag.Names()[0]))
		}
	}
	unknown, err := environment.Check(p.environ, known)
	if err != nil {
		return usagef("%v", err)
	}
	if len(unknown) > 0 {
		p.console.Say("not known, and not used: %s", strings.Join(unknown, ", "))
	}
	return nil
}

// explain prints why the program ends, and what to do about it.
func (p *program) explain(err error) {
	if err == nil {
		return
	}
	p.console.Error("simhook: %v", err)
	if next := nextStep(err); next != "" {
		p.console.Error("%s", next)
	}
}

// onlyFile is the one file that a command takes; what says which file it is.
func onlyFile(c *cli.Context, what string) (string, error) {
	switch files := c.Args().Slice(); len(files) {
	case 0:
		return "", usagef("no file given: name %s, or - for standard input", what)
	case 1:
		return files[0], nil
	default:
		return "", &usageError{text: fmt.Sprintf("more than one file (%q and %q): give one", files[0], files[1])}
	}
}

// printData writes to standard output.
func (p *program) printData(text string) error {
	if _, err := io.WriteString(p.stdout, text); err != nil {
		return &outputError{"to standard output", err}
	}
	return nil
}

// printJSON writes v to standard output, indented for people.
func (p *program) printJSON(v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding the output: %w", err)
	}
	return p.printData(string(data) + "\n")
}
