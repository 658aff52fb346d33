// Package config says where the value of an option comes from: the command line, the environment, the settings file, or the
// default. A settings file is YAML or TOML:
//
//	webhook-url: https://example.com/hook
//	profile: production
//	register:
//	  canary: 20
//	profiles:
//	  production:
//	    client-id: fleet-operations
//	    client-secret-file: /etc/simhook/client-secret
//
// What stands in the chosen profile beats what stands outside, and what stands below a command's name beats the rest.
package config
