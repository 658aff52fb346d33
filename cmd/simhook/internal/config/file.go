package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"

	"simhook/cmd/simhook/internal/suggest"
)

// None is the name that stands for no file.
const None = "none"

// File is a settings file.
type File struct {
	Path    string
	Profile string // "": none

	keys   *koanf.Koanf
	levels []string // paths of the maps that hold options, the strongest first
}

// separator stands between the keys of a path. No name of an option, command or profile has it.
const separator = "\x00"

// The keys of a file that are no options.
const (
	profileKey  = "profile"
	profilesKey = "profiles"
)

// Find is the settings file that is used where none is named: simhook.yaml or simhook.toml in the first of the folders that has
// one; "": there is none. Its error says that a folder has both.
func Find(folders ...string) (string, error) {
	for _, folder := range folders {
		var found []string
		for _, ending := range []string{".yaml", ".yml", ".toml"} {
			path := filepath.Join(folder, "simhook"+ending)
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				found = append(found, path)
			}
		}
		if len(found) > 1 {
			return "", fmt.Errorf("both %s and %s are there: name one with --config", found[0], found[1])
		}
		if len(found) == 1 {
			return found[0], nil
		}
	}
	return "", nil
}

// Open reads the settings file that is named, or else the one that Find finds; nil: there is none. The other arguments are those
// of Read.
func Open(named, profile string, folders []string, options map[string][]string) (*File, error) {
	if named == "" {
		found, err := Find(folders...)
		if err != nil {
			return nil, err
		}
		named = found
	}
	if named != "" && named != None {
		return Read(named, profile, options)
	}
	if profile != "" {
		return nil, fmt.Errorf("no settings file is there that could have the profile %q: name one with --config", profile)
	}
	return nil, nil
}

// Read reads a settings file. options are the options of each command; what else stands in the file is an error. profile is the
// profile to use; "": the one that the file names, if it does.
func Read(path, profile string, options map[string][]string) (*File, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		if failure, ok := errors.AsType[*fs.PathError](err); ok {
			err = failure.Err
		}
		return nil, fmt.Errorf("settings file %s: %w", path, err)
	}
	f := &File{Path: path, Profile: profile, keys: koanf.New(separator)}
	var parser koanf.Parser = yaml.Parser()
	if strings.EqualFold(filepath.Ext(path), ".toml") {
		parser = toml.Parser()
	}
	if err := f.keys.Load(rawbytes.Provider(content), parser); err != nil {
		return nil, fmt.Errorf("settings file %s: %s", path, strings.ReplaceAll(err.Error(), "\n", " "))
	}
	if err := f.choose(); err != nil {
		return nil, fmt.Errorf("settings file %s: %w", path, err)
	}
	if err := f.check(options); err != nil {
		return nil, fmt.Errorf("settings file %s: %w", path, err)
	}
	return f, nil
}

// String names the file and the profile.
func (f *File) String() string {
	if f.Profile == "" {
		return f.Path
	}
	return f.Path + ", profile " + f.Profile
}

// Profiles are the names of the profiles in the file.
func (f *File) Profiles() []string { return f.keys.MapKeys(profilesKey) }

// choose finds the profile.
func (f *File) choose() error {
	if f.Profile == "" {
		f.Profile = f.keys.String(profileKey)
	}
	if f.Profile != "" {
		if !slices.Contains(f.Profiles(), f.Profile) {
			return fmt.Errorf("it has no profile %q; it has: %s", f.Profile, orNone(f.Profiles()))
		}
		f.levels = append(f.levels, profilesKey+separator+f.Profile+separator)
	}
	f.levels = append(f.levels, "")
	return nil
}

func orNone(names []string) string {
	if len(names) == 0 {
		return None
	}
	return strings.Join(names, ", ")
}

// check refuses what is no option, in any profile.
func (f *File) check(options map[string][]string) error {
	var all []string
	for _, names := range options {
		all = append(all, names...)
	}
	for _, path := range f.keys.Keys() {
		where := strings.Split(path, separator)
		shown := strings.Join(where, ": ")
		if where[0] == profileKey && len(where) == 1 {
			continue
		}
		if where[0] == profilesKey {
			where = where[min(2, len(where)):]
		}
		known := all
		if len(where) == 2 {
			if known = options[where[0]]; known == nil {
				return fmt.Errorf("%s: %q is no command", shown, where[0])
			}
			where = where[1:]
		}
		if len(where) == 0 { // a profile without settings
			continue
		}
		if len(where) > 1 {
			return fmt.Errorf("%s: an option is no list of settings", shown)
		}
		if err := checkName(shown, where[0], known); err != nil {
			return err
		}
		if _, err := text(f.keys.Get(path), where[0]); err != nil {
			return fmt.Errorf("%s: %w", shown, err)
		}
	}
	return nil
}

// checkName refuses a name that is no option. Its error does not hold the value.
func checkName(shown, name string, known []string) error {
	switch {
	case name == "client-secret" || name == "access-token" || name == "password":
		return fmt.Errorf("%s: no secret stands in a settings file: name a file that holds it (client-secret-file, access-token-file)", shown)
	case name == "config" || name == profileKey:
		return fmt.Errorf("%s: this cannot be set here", shown)
	case slices.Contains(known, name):
		return nil
	}
	if meant := suggest.Closest(name, known, nil); meant != "" {
		return fmt.Errorf("%s: this is no option: did you mean %s?", shown, meant)
	}
	return fmt.Errorf("%s: this is no option", shown)
}

// value is what the file says of an option of a command.
func (f *File) value(command, option string) (string, bool) {
	path, found := f.path(command, option)
	if !found {
		return "", false
	}
	value, _ := text(f.keys.Get(path), option) // it was checked
	return value, value != ""
}

// place names the place in the file that a value comes from.
func (f *File) place(command, option string) string {
	path, _ := f.path(command, option)
	return f.Path + ": " + strings.ReplaceAll(path, separator, ": ")
}

// path is the strongest place that an option stands in.
func (f *File) path(command, option string) (string, bool) {
	if f == nil {
		return "", false
	}
	for _, level := range f.levels {
		for _, path := range []string{level + command + separator + option, level + option} {
			if f.keys.Exists(path) {
				return path, true
			}
		}
	}
	return "", false
}

// text is a value as it would be typed. The items of a list stand between commas, and rules, which have commas, between
// semicolons.
func text(value any, option string) (string, error) {
	switch value := value.(type) {
	case nil:
		return "", nil
	case string, bool, int, int64, uint64, float64:
		return fmt.Sprint(value), nil
	case []any:
		var items []string
		for _, item := range value {
			text, err := text(item, option)
			if err != nil {
				return "", err
			}
			items = append(items, text)
		}
		if option == "fail" {
			return strings.Join(items, ";"), nil
		}
		return strings.Join(items, ","), nil
	}
	return "", errors.New("this is no text, number, switch or list: put it between quotes")
}
