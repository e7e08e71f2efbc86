{{/* Name of the application. */}}
{{- define "image-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Name of everything that is installed, short enough for a suffix. */}}
{{- define "image-operator.fullname" -}}
{{- $name := include "image-operator.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "image-operator.serviceAccountName" -}}
{{- $own := ternary (include "image-operator.fullname" .) "default" .Values.serviceAccount.create }}
{{- default $own .Values.serviceAccount.name }}
{{- end }}

{{/* Labels of everything but what is selected. */}}
{{- define "image-operator.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: image-operator
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "image-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "image-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "image-operator.simulator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "image-operator.name" . }}-simulator
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "image-operator.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* Host of the simulator, as connections name it. */}}
{{- define "image-operator.simulator.host" -}}
{{- printf "%s-simulator.%s.svc" (include "image-operator.fullname" .) .Release.Namespace }}
{{- end }}

{{/* Where connections may lead: empty for the operator's own default. */}}
{{- define "image-operator.allowedHosts" -}}
{{- $hosts := .Values.allowedHosts }}
{{- if .Values.simulator.enabled }}
{{- $hosts = append $hosts (include "image-operator.simulator.host" .) }}
{{- end }}
{{- join "," $hosts }}
{{- end }}

{{/* The arguments of the operator, as a list. */}}
{{- define "image-operator.args" -}}
- run
- --listen=0.0.0.0:8080
{{- if .Values.leaderElection.enabled }}
- --leader-elect
- --lease-name={{ include "image-operator.fullname" . }}
- --lease-duration={{ .Values.leaderElection.duration }}
{{- end }}
- --log-format={{ .Values.log.format }}
- --log-level={{ .Values.log.level }}
- --settling-window={{ .Values.settlingWindow }}
- --workers={{ .Values.workers }}
{{- with .Values.clusterId }}
- {{ printf "--cluster-id=%s" . | quote }}
{{- end }}
{{- with .Values.watchNamespaces }}
- --watch-namespace={{ join "," . }}
{{- end }}
{{- with include "image-operator.allowedHosts" . }}
- {{ printf "--allowed-hosts=%s" . | quote }}
{{- end }}
{{- if or .Values.allowPlainHttp .Values.simulator.enabled }}
- --allow-plain-http
{{- end }}
{{- with .Values.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What subjects of a binding are. */}}
{{- define "image-operator.subjects" -}}
- kind: ServiceAccount
  name: {{ include "image-operator.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end }}
