import '@resnet/test-config/matchers';
