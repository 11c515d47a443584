{{- define "rampgate.labels" -}}
app.kubernetes.io/name: rampgate
app.kubernetes.io/part-of: rampgate
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "rampgate.server" -}}
app.kubernetes.io/name: rampgate
app.kubernetes.io/component: server
{{- end }}

{{- define "rampgate.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default (printf "%s%s" .Chart.AppVersion (ternary "-jvm" "" .Values.image.jvm)) }}
{{- end -}}
{{- end }}

{{/* Restricted, as the namespace demands it. */}}
{{- define "rampgate.podSecurity" -}}
{{- $user := ternary 185 1001 .Values.image.jvm -}}
runAsNonRoot: true
runAsUser: {{ $user }}
runAsGroup: {{ $user }}
fsGroup: {{ $user }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "rampgate.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: ["ALL"]
{{- end }}

{{/* What the replicas and the migration have in common: encryption of the database, and the JVM's options. */}}
{{- define "rampgate.env" -}}
{{- if .Values.database.ca }}
- name: RAMPGATE_DATABASE_SSL_MODE
  value: verify-full
- name: RAMPGATE_DATABASE_SSL_ROOT_CERT
  value: /etc/rampgate/database-ca/ca.pem
{{- end }}
{{- if .Values.image.jvm }}
- name: JDK_JAVA_OPTIONS
  value: "-Xmx112m -XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:TrimNativeHeapInterval=5000 -XX:+ExitOnOutOfMemoryError"
{{- end }}
{{- end }}

{{- define "rampgate.mounts" -}}
- name: secrets
  mountPath: /etc/rampgate/secrets
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- if .Values.database.ca }}
- name: database-ca
  mountPath: /etc/rampgate/database-ca
  readOnly: true
{{- end }}
{{- end }}

{{/* Of a list: context, name of the Secret. */}}
{{- define "rampgate.volumes" -}}
{{- $root := index . 0 -}}
- name: secrets
  secret:
    secretName: {{ index . 1 }}
    defaultMode: 0440
- name: tmp
  emptyDir:
    medium: Memory
    sizeLimit: 16Mi
{{- if $root.Values.database.ca }}
- name: database-ca
  configMap:
    name: rampgate-database-ca
{{- end }}
{{- end }}

{{/* A rule to networks: a list of networks, port. */}}
{{- define "rampgate.to" -}}
- to:
    {{- range index . 0 }}
    - ipBlock:
        cidr: {{ . }}
    {{- end }}
  ports:
    - port: {{ index . 1 }}
      protocol: TCP
{{- end }}

{{- define "rampgate.toDns" -}}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}

{{- define "rampgate.settings" -}}
{{- $settings := dict "RAMPGATE_HAND_OFF_BASE_URL" (printf "https://%s" .Values.host) -}}
{{- toYaml (merge (deepCopy .Values.settings) $settings) -}}
{{- end }}
