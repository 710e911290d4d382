{{- /* What the templates say more than once: names, labels, images, who is watched. */ -}}

{{- define "shopkeeper.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 53 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "shopkeeper.selector" -}}
app.kubernetes.io/name: shopkeeper-operator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "shopkeeper.labels" -}}
{{ include "shopkeeper.selector" . }}
app.kubernetes.io/component: operator
app.kubernetes.io/part-of: shopkeeper
app.kubernetes.io/version: {{ include "shopkeeper.tag" . | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "shopkeeper.tag" -}}
{{- .Values.image.tag | default .Chart.AppVersion -}}
{{- end -}}

{{- define "shopkeeper.image" -}}
{{- with .Values.image.registry }}{{ . }}/{{ end }}shopkeeper-operator:{{ include "shopkeeper.tag" . }}
{{- end -}}

{{- define "shopkeeper.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "shopkeeper.name" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{- /* Where the test makes its Shop. */ -}}
{{- define "shopkeeper.testNamespace" -}}
{{- .Values.test.namespace | default (first .Values.watchNamespaces) | default .Release.Namespace -}}
{{- end -}}

{{- /* Who may reach the public ports: the ingress controllers and, since helm test shops, where it runs. */ -}}
{{- define "shopkeeper.ingressNamespaces" -}}
{{- $namespaces := .Values.ingressNamespaces -}}
{{- if .Values.test.enabled }}{{ $namespaces = append $namespaces .Release.Namespace | uniq }}{{ end -}}
{{- join "," $namespaces -}}
{{- end -}}

{{- /* What a container may do: nothing but run. */ -}}
{{- define "shopkeeper.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "shopkeeper.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- /* A map as name=value,name=value. */ -}}
{{- define "shopkeeper.pairs" -}}
{{- $pairs := list -}}
{{- range $name, $value := . }}{{ $pairs = append $pairs (printf "%s=%s" $name $value) }}{{ end -}}
{{- join "," $pairs -}}
{{- end -}}
