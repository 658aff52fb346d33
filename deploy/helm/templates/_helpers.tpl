{{/* The Pod of a run: .component, .command, .args, .claim, .shards, .account (the fleet is the account's), and .root for the
chart's values. */}}
{{- define "simhook.run" -}}
{{- $fleetConfigMap := .account | ternary "" .root.Values.fleetConfigMap }}
metadata:
  labels:
    app.kubernetes.io/name: simhook
    app.kubernetes.io/component: {{ .component }}
  annotations:
    # Another Pod would continue, after a wait that doubles each time: a node that is only to be saved stays.
    cluster-autoscaler.kubernetes.io/safe-to-evict: "false"
    karpenter.sh/do-not-disrupt: "true"
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  enableServiceLinks: false
  # simhook lets calls in flight finish for up to 10 s, and then writes.
  terminationGracePeriodSeconds: 30
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: simhook
      image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag }}"
      args:
        - {{ .command }}
        {{- if .account }}
        - --from-account
        - /data/account.csv
        {{- else }}
        - {{ if $fleetConfigMap }}/fleet/fleet.csv.gz{{ else }}/data/fleet.csv{{ end }}
        {{- end }}
        {{- range .args }}
        - {{ . | quote }}
        {{- end }}
      ports:
        - name: metrics
          containerPort: 9464
      envFrom:
        - configMapRef:
            name: simhook-settings-{{ .component }}
        {{- if .shards }}
        - configMapRef:
            name: simhook-shards-{{ .component }}
        {{- end }}
      env:
        - name: SIMHOOK_CLIENT_SECRET_FILE
          value: /run/secrets/simhook/client-secret
        - name: SIMHOOK_DEADLINE
          value: {{ if eq .command "reconcile" }}"82800"{{ else }}{{ int64 .root.Values.activeDeadlineSeconds | quote }}{{ end }}
        - name: SIMHOOK_METRICS_LISTEN
          value: :9464
        - name: GOMEMLIMIT # under the limit below
          value: {{ .root.Values.goMemoryLimit }}
      # At the default quota a run takes less than 1m of a CPU: what is requested is enough, and small enough for
      # a full node. The limits are there for a namespace whose quota counts them.
      resources:
        {{- toYaml .root.Values.resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      terminationMessagePath: /dev/termination-log
      terminationMessagePolicy: FallbackToLogsOnError
      volumeMounts:
        - name: data
          mountPath: /data
        - name: credentials
          mountPath: /run/secrets/simhook
          readOnly: true
        - name: tmp
          mountPath: /tmp
        {{- if $fleetConfigMap }}
        - name: fleet
          mountPath: /fleet
          readOnly: true
        {{- end }}
  volumes:
    - name: data
      persistentVolumeClaim:
        claimName: {{ .claim }}
    - name: credentials
      secret:
        secretName: {{ .root.Values.credentialsSecret }}
        defaultMode: 0440
    - name: tmp
      emptyDir:
        sizeLimit: 1Gi
    {{- if $fleetConfigMap }}
    - name: fleet
      configMap:
        name: {{ $fleetConfigMap }}
    {{- end }}
{{- end }}

{{/* What a Job does about exit codes: .indexed: 65 ends a shard only. */}}
{{- define "simhook.policy" -}}
podReplacementPolicy: Failed
podFailurePolicy:
  rules:
    # Another attempt would end the same way; after 4, the next one continues.
    - action: FailJob
      onExitCodes:
        containerName: simhook
        operator: In
        values: [4, 64, {{ if not .indexed }}65, {{ end }}66, 77, 78]
    {{- if .indexed }}
    # Some SIMs of this shard were refused: another attempt would not help.
    - action: FailIndex
      onExitCodes:
        containerName: simhook
        operator: In
        values: [65]
    {{- end }}
    # Stopped: the next Pod continues.
    - action: Ignore
      onExitCodes:
        containerName: simhook
        operator: In
        values: [75]
    - action: Ignore
      onPodConditions:
        - type: DisruptionTarget
          status: "True"
{{- end }}

{{/* The settings of a run: .component, and .root for the chart's values. */}}
{{- define "simhook.settings" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: simhook-settings-{{ .component }}
data:
  SIMHOOK_CLIENT_ID: {{ .root.Values.clientID | quote }}
  SIMHOOK_WEBHOOK_URL: {{ .root.Values.webhookURL | quote }}
  SIMHOOK_QUOTA_SHARE: {{ .root.Values.quotaShare | quote }}
  {{- range $name, $value := .root.Values.settings }}
  {{ $name }}: {{ $value | quote }}
  {{- end }}
{{- end }}
