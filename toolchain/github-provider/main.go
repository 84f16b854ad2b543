// Command pulumi-resource-github is the upstream Terraform provider for GitHub behind
// Pulumi's own bridge: the same pair that Pulumi's official plugin is made of. It stands in
// where that plugin cannot be downloaded, and serves the resources of @pulumi/github 6.12.2,
// the SDK that was generated from this same upstream version.
package main

import (
	"github.com/integrations/terraform-provider-github/v6/github"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
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
	provider.MustComputeTokens(tokens.SingleModule("github_", "index", tokens.MakeStandard("github")))
	tfbridge.Main("github", version, provider, []byte(schema))
}
