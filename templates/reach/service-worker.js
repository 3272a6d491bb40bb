{# The configuration of the worker; the code is a static file, whose name changes with its content. #}
self.reach = {offline: "{{ offline|escapejs }}", icon: "{{ icon|escapejs }}", badge: "{{ badge|escapejs }}", shell: [{% for file in shell %}"{{ file|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}]};
importScripts("{{ worker|escapejs }}");
