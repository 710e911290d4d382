// Package gateway only pins the release of the Gateway API: its resource definitions are read from the module's folder.
package gateway

import _ "sigs.k8s.io/gateway-api/apis/v1"
