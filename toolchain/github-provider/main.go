// Command pulumi-resource-github is the upstream Terraform provider for GitHub behind
// Pulumi's own bridge: the same pair that Pulumi's official plugin is made of. It stands in
// where that plugin cannot be downloaded, and serves the resources of @pulumi/github 6.12.2,
// the SDK that was generated from this same upstream version.
package main

import (
	"fmt"
	"net/url"

	"github.com/integrations/terraform-provider-github/v6/github"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// version is that of the SDK (@pulumi/github), which names the plugin's folder as well.
const version = "6.12.2"

// schema is all that the engine asks for at run time; the SDK carries the types.
const schema = `{"name":"github","version":"` + version + `"}`

func main() {
	provider := tfbridge.ProviderInfo{
		P:           shimv2.NewProvider(github.Provider()),
		Name:        "github",
		DisplayName: "GitHub",
		Version:     version,
		GitHubOrg:   "integrations",
		Repository:  "https://github.com/pulumi/pulumi-github",
	}
	provider.PreConfigureCallback = refuseOtherHosts
	provider.MustComputeTokens(tokens.SingleModule("github_", "index", tokens.MakeStandard("github")))
	tfbridge.Main("github", version, provider, []byte(schema))
}

// refuseOtherHosts keeps a lab that is still in somebody's environment away from a real
// organisation: a stand-in talks to this machine only.
func refuseOtherHosts(vars resource.PropertyMap, _ shim.ResourceConfig) error {
	base := vars["baseUrl"]
	if base.IsComputed() || base.IsOutput() {
		return nil
	}
	address := "https://api.github.com/"
	if base.IsString() {
		address = base.StringValue()
	}
	parsed, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("baseUrl %q is not a URL: %w", address, err)
	}
	switch parsed.Hostname() {
	case "127.0.0.1", "localhost", "::1":
		return nil
	}
	return fmt.Errorf("this is the lab's stand-in for the GitHub plugin, and talks to 127.0.0.1 only, not to %s: "+
		"leave the lab's environment and install the official plugin "+
		"(pulumi plugin install resource github %s)", parsed.Hostname(), version)
}
